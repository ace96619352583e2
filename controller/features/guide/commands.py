"""`loa set-up`: what the set-up of a province still lacks; docs/commands.md explains it."""

from typing import TYPE_CHECKING

from controller.terminal.commands import AsJson, Commands, print_found
from controller.terminal.options import AtStation

if TYPE_CHECKING:
    from controller.features.guide.schemas import SetUpStep


def add_to(app: Commands) -> None:
    """Put this command into the program."""
    app.command("set-up")(show)


def show(station: AtStation = None, as_json: AsJson = False) -> None:
    """Lập đài: việc nào đã xong, việc nào còn lại, ai làm, bằng lệnh hay trang nào."""
    from controller.client.http_client import signed_in
    from controller.features.guide.schemas import SetUp

    with signed_in(station) as here:
        found = here.ask(SetUp, "GET", "/set-up")
    print_found(found, map(_line, found.steps), as_json=as_json)


def _line(step: "SetUpStep") -> str:
    mark = "x" if step.is_done else "-" if step.is_optional else " "
    way = "" if step.is_done else f"\t{step.who}\t{step.command or step.page or ''}"
    return f"[{mark}] {step.title}\t{step.found}{way}"
