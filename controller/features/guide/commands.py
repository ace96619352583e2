"""`loa set-up`: what the set-up of a province still lacks; docs/commands.md explains it."""

from controller.features.guide.schemas import SetUp, SetUpStep
from controller.terminal.commands import Commands, Printed
from controller.terminal.ways import Running


def add_to(app: Commands) -> None:
    """Put this command into the program."""
    app.command("set-up")(show)


def show(here: Running) -> Printed:
    """Lập đài: việc nào đã xong, việc nào còn lại, ai làm, bằng lệnh hay trang nào."""
    found = here.ask(SetUp, "GET", "/set-up")
    return Printed(found, map(_line, found.steps))


def _line(step: SetUpStep) -> str:
    mark = "x" if step.is_done else "-" if step.is_optional else " "
    way = "" if step.is_done else f"\t{step.who}\t{step.command or step.page or ''}"
    return f"[{mark}] {step.title}\t{step.found}{way}"
