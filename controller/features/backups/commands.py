"""`loa backup`, `loa restore`; docs/commands.md explains both."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.terminal.commands import FAILED, Commands

recordings = Commands(help="Bản ghi: chép giữa thư mục và kho S3.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Put these commands into the program."""
    app.command()(backup)
    app.command()(restore)


def backup(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="Thư mục nhận bản sao, nên ở ổ đĩa khác; mặc định LOA_BACKUPS."),
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(
            metavar="AGE1…",
            help="Mã hóa cho khóa công khai age này; có thể ghi nhiều lần; mặc định LOA_BACKUP_TO.",
        ),
    ] = None,
) -> None:
    """Sao lưu toàn bộ đài (đang chạy hay không) vào một tệp mới ghi ngày giờ."""
    from controller.clocks import utc_now
    from controller.features.backups.runs import run_here
    from controller.settings import Settings

    is_typed = sys.stdin.isatty()
    for line in run_here(Settings(), folder, to or (), is_typed=is_typed, now=utc_now()):
        typer.echo(line)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Tệp do «loa backup» tạo.")],
    identity: Annotated[
        Path | None, typer.Option(help="Tệp khóa giải mã (age), nếu bản sao được mã hóa.")
    ] = None,
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help="Chỉ thử: khôi phục vào chỗ tạm, kiểm tra, rồi bỏ đi.")
    ] = False,
    database: Annotated[
        str | None,
        typer.Option(help="Khi thử, với PostgreSQL: một cơ sở dữ liệu trống nhận bản sao."),
    ] = None,
) -> None:
    """Khôi phục một bản sao lưu vào máy trống: thư mục LOA_HOME và cơ sở dữ liệu phải chưa có gì."""
    from controller.clocks import utc_now
    from controller.errors import BadInput
    from controller.features.backups.rehearsal import rehearse
    from controller.features.backups.restore import restore as bring_all_back
    from controller.settings import Settings

    if rehearsal:
        lines = rehearse(Settings(), file, identity, database, now=utc_now())
    elif database is not None:
        raise BadInput("--database chỉ dùng cùng --rehearsal; khôi phục thật theo LOA_DATABASE_URL.")
    else:
        lines = bring_all_back(Settings(), file, identity)
    for line in lines:
        typer.echo(line)


@recordings.command("copy")
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="Thư mục, hoặc s3://kho/thu-muc.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Nơi nhận: thư mục, hoặc s3://kho/thu-muc.")],
) -> None:
    """Chép bản ghi (hoặc tệp gửi lên) sang nơi khác, so từng tệp với mã băm; chạy lại thì chép tiếp."""
    from controller.features.backups.sound_copies import copy_sounds
    from controller.settings import Settings

    lines, is_whole = copy_sounds(Settings(), source, target, lambda line: typer.echo(line, err=True))
    for line in lines:
        typer.echo(line)
    if not is_whole:
        raise typer.Exit(FAILED)
