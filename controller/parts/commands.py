"""`loa pair`: two machines that stand in for each other; docs/commands.md explains each command."""

from pathlib import Path
from typing import Annotated

import typer

from controller.terminal.commands import Commands

pair = Commands()


@pair.command("found")
def found() -> str:
    """Lập đài mới (khóa, địa bàn) ở máy thứ nhất, trước khi đưa khóa sang máy thứ hai."""
    from controller.parts.founding import found

    return found()


@pair.command("hand-over")
def hand_over(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Tệp mới, sẽ được mã hóa.")],
) -> None:
    """Ghi khóa và thiết lập của máy này vào một tệp mã hóa cho máy thứ hai; in mã mở tệp."""
    from controller.features.backups.handover import hand_over as write
    from controller.parts.station import real_settings

    code = write(real_settings(), file)
    typer.echo("Hãy đưa tệp này sang máy kia, và đưa mã đi đường khác (đọc, viết giấy). Mã mở tệp:", err=True)
    typer.echo(code)


@pair.command("join")
def join(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Tệp do «loa pair hand-over» tạo.")],
) -> None:
    """Nhận khóa và thiết lập của máy thứ nhất; hỏi mã mở tệp."""
    from controller.client.credentials import pair_code
    from controller.features.backups.handover import join as receive
    from controller.parts.station import real_settings

    for line in receive(real_settings(), file, pair_code()):
        typer.echo(line)
