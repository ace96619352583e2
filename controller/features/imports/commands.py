"""`loa import`: shows what a file would become as a bulletin, without a station."""

from pathlib import Path
from typing import Annotated

import typer

from controller.terminal.commands import AsJson, print_json


def add_to(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("import")(import_file)


def import_file(
    file: Annotated[Path, typer.Argument(help="Tệp .txt (mọi bảng mã), .docx hoặc .pdf.")],
    as_json: AsJson = False,
) -> None:
    """Lấy chữ từ một tệp: in tiêu đề và nội dung, kèm những chỗ đã sửa."""
    from controller.features.imports.bulletin_files import content_of
    from controller.features.imports.drafting import import_text
    from controller.features.imports.schemas import ImportedShown

    found = import_text(content_of(file))
    if as_json:
        print_json(ImportedShown.of(found))
        return
    typer.echo(f"{found.title}\n\n{found.text}")
    for warning in found.warnings:
        typer.echo(warning, err=True)
    for line in found.aside:
        typer.echo(f"Để riêng, không đọc: {line}", err=True)
    for one in found.mended:
        typer.echo(f"Dòng {one.line}: «{one.before}» → «{one.after}»", err=True)
    if found.mended_count > len(found.mended):
        typer.echo(f"… và {found.mended_count - len(found.mended)} chỗ khác.", err=True)
