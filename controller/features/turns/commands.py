"""`loa turns`: areas whose loudspeakers speak in turns; docs/commands.md explains every command."""

from typing import Annotated
from urllib.parse import quote

import typer

from controller.features.turns.schemas import AreaTurnsShown, TurnShown
from controller.terminal.commands import Commands, Printed
from controller.terminal.ways import Running
from schedules.turns import MOST

turns = Commands()

Area = Annotated[str, typer.Argument(metavar="MÃ", help="Mã địa bàn.")]


@turns.command("list")
def index(here: Running) -> Printed:
    """Liệt kê các địa bàn đặt riêng số lượt."""
    found = here.ask(list[AreaTurnsShown], "GET", "/turns/areas")
    return Printed(found, map(_line, found), "Chưa địa bàn nào phát theo lượt.")


@turns.command()
def show(here: Running, area: Area) -> Printed:
    """Cho biết mỗi cụm loa của một địa bàn phát ở lượt nào."""
    found = here.ask(list[TurnShown], "GET", f"/turns/areas/{quote(area, safe='')}")
    lines = (f"{one.turn}\t{one.node}" + ("" if one.placed else "\tchưa có vị trí") for one in found)
    return Printed(found, lines, "Ở đây mọi cụm loa phát cùng lúc.")


@turns.command("set")
def set_turns(
    here: Running,
    area: Area,
    most: Annotated[int, typer.Argument(metavar="SỐ", min=1, max=MOST, help="Nhiều nhất mấy lượt.")],
) -> Printed:
    """Cho loa gần nhau của một địa bàn phát lần lượt; 1 là phát cùng lúc."""
    found = here.ask(AreaTurnsShown, "POST", "/turns/areas", {"area": area, "most": most})
    return Printed(found, [_line(found)])


@turns.command("remove")
def remove(here: Running, area: Area) -> str:
    """Thôi đặt riêng: địa bàn lại phát như cấp trên."""
    here.call("DELETE", f"/turns/areas/{quote(area, safe='')}")
    return f"Địa bàn {area} phát như cấp trên."


def _line(found: AreaTurnsShown) -> str:
    unplaced = f", {found.unplaced} chưa có vị trí" if found.unplaced else ""
    return (
        f"{found.area}\ttối đa {found.most} lượt\tnay cần {found.turns} lượt\t"
        f"{found.loudspeakers} cụm loa{unplaced}"
    )
