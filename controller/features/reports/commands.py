"""`loa report`: a month's report on the station's own machine; docs/commands.md explains it."""

import os
from pathlib import Path
from typing import Annotated

import typer

from controller.errors import BadInput
from controller.features.reports.forms import Form
from devices.ids import AreaCode

Out = Annotated[Path | None, typer.Option(help="Tệp nhận báo cáo; không nêu thì in ra (csv, json).")]


def add_to(app: typer.Typer) -> None:
    """Put this command into the program."""
    app.command()(report)


def report(
    month: Annotated[str, typer.Option(help="Tháng, như 2026-11.")],
    area: Annotated[str, typer.Option(help="Mã địa bàn.")],
    months: Annotated[int, typer.Option(min=1, max=12, help="Bao nhiêu tháng, kể từ tháng ấy.")] = 1,
    form: Annotated[Form, typer.Option("--format", help="Dạng tệp.")] = Form.CSV,
    out: Out = None,
) -> None:
    """Báo cáo tháng: đã phát được bao nhiêu, ở đâu, của bản tin nào."""
    from controller.client.local_client import reading
    from controller.features.reports.files import WRITERS
    from controller.features.reports.monthly import coverage

    with reading() as session:
        table = coverage(session, AreaCode(area), month, months)
    content = WRITERS[form](table)
    if out is None:
        if form not in {Form.CSV, Form.JSON}:
            raise BadInput("Hãy cho biết tệp nhận báo cáo bằng --out.", code="report.no-file")
        typer.echo(content.decode().removeprefix("\ufeff"), nl=False)
        return
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BadInput(f"Không ghi được tệp «{out}»: {error}.", code="report.unwritable") from error
    typer.echo(f"Đã ghi {out} ({len(content):,} byte).")
