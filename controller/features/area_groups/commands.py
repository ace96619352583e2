"""`loa group`: named groups of communes; docs/commands.md explains every command."""

from typing import Annotated
from urllib.parse import quote

import typer

from controller.features.area_groups.schemas import AreaGroupShown
from controller.terminal.commands import Commands, Printed
from controller.terminal.ways import Running

group = Commands()

Name = Annotated[str, typer.Argument(metavar="TÊN", help="Tên nhóm, như «ven biển».")]


@group.command("list")
def index(here: Running) -> Printed:
    """Liệt kê các nhóm xã, phường."""
    found = here.ask(list[AreaGroupShown], "GET", "/area-groups")
    return Printed(found, map(_line, found))


@group.command("set")
def set_group(
    here: Running,
    name: Name,
    areas: Annotated[list[str], typer.Argument(metavar="MÃ...", help="Mã các xã, phường.")],
) -> Printed:
    """Đặt một nhóm xã, phường; tên đã có thì thay các xã của nhóm."""
    found = here.ask(AreaGroupShown, "POST", "/area-groups", {"name": name, "areas": areas})
    return Printed(found, [_line(found)])


@group.command("remove")
def remove(here: Running, name: Name) -> str:
    """Bỏ một nhóm; lịch đã đặt vẫn giữ nguyên các xã."""
    here.call("DELETE", f"/area-groups/{quote(name, safe='')}")
    return f"Đã bỏ nhóm {name}."


def _line(found: AreaGroupShown) -> str:
    return f"{found.name}\t{len(found.areas)} địa bàn\t{' '.join(found.areas)}"
