"""`loa backup`, `loa restore`; docs/commands.md explains both."""

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Put these commands into the program."""
    app.command()(backup)
    app.command()(restore)


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Thư mục nhận bản sao, nên ở ổ đĩa khác.")],
    to: Annotated[
        list[str] | None,
        typer.Option(metavar="AGE1…", help="Mã hóa cho khóa công khai age này; có thể ghi nhiều lần."),
    ] = None,
) -> None:
    """Sao lưu toàn bộ đài (đang chạy hay không) vào một tệp mới ghi ngày giờ."""
    from controller.clocks import utc_now
    from controller.features.backups.backup import back_up
    from controller.settings import Settings

    for line in back_up(Settings(), folder, to or (), now=utc_now()):
        typer.echo(line)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Tệp do «loa backup» tạo.")],
    identity: Annotated[
        Path | None, typer.Option(help="Tệp khóa giải mã (age), nếu bản sao được mã hóa.")
    ] = None,
) -> None:
    """Khôi phục một bản sao lưu vào máy trống: thư mục LOA_HOME và cơ sở dữ liệu phải chưa có gì."""
    from controller.features.backups.restore import restore as bring_back
    from controller.settings import Settings

    for line in bring_back(Settings(), file, identity):
        typer.echo(line)
