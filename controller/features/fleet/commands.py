"""`loa node list`, `add`, `retire`, `faults`, `care`; docs/commands.md explains every command."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from controller.clocks import utc_now
from controller.errors import BadInput
from controller.features.areas.queries import area_tree, get_area
from controller.features.fleet import service
from controller.features.fleet.events import FleetEvent
from controller.features.fleet.fault_assignments import take_care as write_care
from controller.features.fleet.photos import keep_photo
from controller.features.fleet.queries import facts_of, nodes_by_area
from controller.features.fleet.status import status_of
from controller.features.fleet.watch import NodeFilter, Watched, events_now, faults_of_node, watched
from controller.terminal.commands import Commands, Printed, fields_of
from controller.terminal.options import NodeName
from controller.terminal.ways import Acting, Reading
from devices.ids import AreaCode, NodeId

node = Commands()

Area = Annotated[str, typer.Option(help="Mã địa bàn.")]
Below = Annotated[str | None, typer.Option(help="Chỉ trong địa bàn này.")]
_EVENTS = {"outage": "mất cả địa bàn", "lost": "mất kết nối", "flapping": "chập chờn"}


@node.command("list")
def list_nodes(session: Reading, area: Below = None) -> Printed:
    """Các cụm loa đang dùng."""
    now = utc_now()
    found = nodes_by_area(session, None if area is None else AreaCode(area))
    listed = [(one, status_of(facts_of(one), now)) for one in found]
    return Printed(
        [
            {"node": one.id, "area": one.area, "name": one.name, "status": status}
            | {"last_heard_at": one.last_heard_at}
            for one, status in listed
        ],
        (f"{one.id}\t{one.area}\t{status}\t{one.name}" for one, status in listed),
    )


@node.command("add")
def add_node(
    here: Acting,
    name_of_node: NodeName,
    area: Area,
    name: Annotated[str, typer.Option(help="Tên gọi, như «Nhà văn hóa thôn 2».")],
) -> str:
    """Thêm một cụm loa đã được cấu hình bằng tay, không qua mã gắn."""
    service.add_node(here, service.NewNode(NodeId(name_of_node), AreaCode(area), name), **here.stamp)
    return f"Đã thêm cụm loa {name_of_node}."


@node.command("retire")
def retire_node(
    here: Acting, nodes: Annotated[list[str], typer.Argument(metavar="NODE...", help="Mã cụm loa.")]
) -> str:
    """Cho cụm loa thôi dùng; những gì nó đã phát vẫn còn trong sổ."""
    with here.write() as session:
        for one in nodes:
            service.retire_node(session, NodeId(one), **here.stamp)
    return f"Đã bớt {len(nodes)} cụm loa."


@node.command("faults")
def list_faults(session: Reading, area: Below = None) -> Printed:
    """Những gì cần xem: sự kiện, rồi từng cụm loa có trục trặc, vì sao, ai lo."""
    now = utc_now()
    below = None if area is None else area_tree(session).below([get_area(session, AreaCode(area)).code])
    found = watched(session, NodeFilter(areas=below, only_faulty=True), now)
    happened = events_now(session, below, now)
    events = [fields_of(one, "kind", "area", "since") | {"nodes": list(one.nodes)} for one in happened]
    return Printed(
        {"events": events, "nodes": [_as_json(one) for one in found]}, _fault_lines(happened, found)
    )


@node.command("photo")
def photo(
    here: Acting,
    name_of_node: NodeName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Ảnh JPEG, tới 100 kB.")],
) -> str:
    """Lưu ảnh cột của một cụm loa, thay ảnh trước."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise BadInput(f"Không đọc được tệp «{file}»: {error.strerror}.", code="photo.unreadable") from error
    keep_photo(here, NodeId(name_of_node), data, **here.stamp)
    return f"Đã lưu ảnh cột của cụm loa {name_of_node}."


def _fault_lines(happened: Iterable[FleetEvent], found: Sequence[Watched]) -> Iterator[str]:
    for event in happened:
        since = event.since.isoformat()[:16]
        yield f"{_EVENTS[event.kind]}\t{event.area}\ttừ {since}\t{len(event.nodes)} cụm loa"
    for one in found:
        for fault in one.faults:
            news = "mới" if fault.kind in one.unseen else "đã xem"
            yield f"{one.node.id}\t{one.node.area}\t{news}\t{fault.sentence}\t{one.assignee or '-'}"
    if not found:
        yield "Không có cụm loa nào trục trặc."


def _as_json(one: Any) -> dict[str, Any]:
    return {
        "node": one.node.id,
        "area": one.node.area,
        "name": one.node.name,
        "faults": [fields_of(fault, "kind", "sentence", "figure") for fault in one.faults],
        "unseen": sorted(one.unseen),
        "assignee": one.assignee,
        "note": one.care.note if one.care else "",
    }


@node.command("care")
def take_care(
    here: Acting,
    name_of_node: NodeName,
    assignee: Annotated[str | None, typer.Option(help="Tên đăng nhập của kỹ thuật viên lo việc này.")] = None,
    note: Annotated[str | None, typer.Option(help="Ghi chú.")] = None,
    seen: Annotated[bool, typer.Option("--seen", help="Các trục trặc hiện có đã được xem.")] = False,
) -> str:
    """Ghi ai lo một cụm loa, ghi chú, và trục trặc nào đã xem."""
    node_id = NodeId(name_of_node)
    with here.write() as session:
        kinds = faults_of_node(session, node_id, here.now) if seen else None
        write_care(session, node_id, assignee=assignee, note=note, seen=kinds, **here.stamp)
    return "Đã ghi."
