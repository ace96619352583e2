"""`loa node work`: what technicians have to see to; docs/commands.md explains it."""

from typing import Annotated

import typer

from controller.features.work_orders.schemas import WorkOrderShown
from controller.terminal.commands import Commands, Printed
from controller.terminal.ways import Running

node = Commands()


@node.command("work")
def work(
    here: Running,
    start: Annotated[
        tuple[float, float] | None, typer.Option("--from", help="Nơi bắt đầu: vĩ độ, kinh độ.")
    ] = None,
) -> Printed:
    """Việc phải làm ở các cụm loa, chỗ gần nhất đi trước."""
    asked = f"?latitude={start[0]}&longitude={start[1]}" if start else ""
    found = here.ask(list[WorkOrderShown], "GET", f"/work-orders{asked}")
    return Printed(found, map(_line, found), none="Không có việc nào phải làm.")


def _line(one: WorkOrderShown) -> str:
    far = "" if one.distance_km is None else f"{one.distance_km:.1f} km"
    return f"{one.area}\t{one.name}\t{far}\t{' '.join(one.reasons)}\t{one.assignee or '-'}"
