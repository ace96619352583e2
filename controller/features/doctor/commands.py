"""`loa doctor`, `loa journal`; docs/commands.md explains every command."""

from pathlib import Path
from typing import Annotated

import typer

from controller.terminal.commands import FAILED, Commands

journal = Commands(help="Nhật ký: xuất và kiểm tra.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Put this command into the program."""
    app.command()(doctor)


def doctor() -> None:
    """Kiểm tra những điều không bao giờ được xảy ra trong cơ sở dữ liệu."""
    from controller.features.doctor.service import to_do, wrong_facts

    for sentence in to_do():
        typer.echo(f"Cần làm: {sentence}")
    found = wrong_facts()
    for sentence in found:
        typer.echo(sentence)
    if found:
        raise typer.Exit(FAILED)
    typer.echo("Không có gì sai.")


@journal.command("export")
def export_journal() -> None:
    """In toàn bộ nhật ký và sổ phát thanh, mỗi mục một dòng JSON, cuối cùng là dấu niêm phong."""
    from controller.features.doctor.service import journal_lines

    for line in journal_lines():
        typer.echo(line)


@journal.command("verify")
def verify_journal(
    file: Annotated[Path, typer.Argument(help="Tệp nhật ký đã xuất.")],
    public: Annotated[str, typer.Option("--key", "--public", help="Khóa công khai của đài (base64url).")],
    checkpoints: Annotated[
        Path | None, typer.Option(help="Tệp các điểm kiểm soát mà đài đã ghi ở nơi khác.")
    ] = None,
) -> None:
    """Kiểm tra nhật ký và sổ phát thanh chỉ bằng tệp, khóa công khai và các điểm kiểm soát nếu có."""
    from controller.features.doctor.service import verify_file

    typer.echo(verify_file(file, public, checkpoints))


@journal.command("security")
def security_journal(
    most: Annotated[
        int, typer.Option("--limit", min=1, max=100_000, help="Nhiều nhất bao nhiêu dòng.")
    ] = 1_000,
) -> None:
    """In nhật ký an ninh: những gì đã bị từ chối, mới nhất trước, mỗi dòng một JSON."""
    from controller.features.doctor.service import security_lines

    for line in security_lines(most):
        typer.echo(line)
