"""Where loudspeakers stand: set on the map, by the phone's position at the pole, or from a file."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotFound
from controller.features.accounts.queries import require
from controller.features.accounts.scope import scope_of
from controller.features.areas.queries import KnownArea, area_tree, known_areas
from controller.features.journal.service import record
from controller.features.maps.position_files import Placed, degrees_of
from controller.model.fleet import Node, NodePosition, PositionSource
from controller.model.permissions import Act, Operator
from controller.store import one_read, one_write
from devices.ids import AreaCode, NodeId

WORST_ACCURACY_M = 150.0
"""Loudspeakers stand some 400 m apart: a position that is less certain could be the neighbour's."""
MOST_PLACED = 20_000
"""Positions of one call: four times as many as the largest province has loudspeakers."""
_FARTHEST = 0.5
"""Degrees between a commune's centre and its loudspeakers: farther is another place, or swapped degrees."""
_FEW = 3  # marks that a sentence lists


@one_write
def place_nodes(
    session: Session,
    placed: Sequence[Placed],
    *,
    source: PositionSource,
    by: Operator | None,
    now: datetime,
) -> int:
    """Set where loudspeakers stand; all of them or none. Return how many there were.

    `by` None: simulated loudspeakers, placed on the server itself.
    """
    nodes = _nodes(session, placed, None if by is None else scope_of(session, by).seen)
    if by is not None:
        require(session, by, Act.ENROL, *{node.area for node in nodes.values()})
    areas, tree = known_areas(session), area_tree(session)
    known = positions_of(session, nodes)
    for one in placed:
        node = nodes[one.node]
        check_position(one, [areas[code] for code in tree.lineage(node.area)])
        row = known.get(one.node)
        if row is None:
            row = known[one.node] = NodePosition(node=one.node)
            session.add(row)
        row.latitude, row.longitude, row.accuracy_m = one.latitude, one.longitude, one.accuracy_m
        row.source, row.set_by, row.set_at = source, None if by is None else by.id, now
    session.flush()
    if len(placed) == 1:
        record(session, by, "node.positioned", placed[0].node, now, detail={"source": source})
    else:
        detail = {"nodes": len(placed), "source": source}
        record(session, by, "nodes.positioned", placed[0].node, now, detail=detail)
    return len(placed)


@one_read
def positions_of(session: Session, nodes: Collection[NodeId]) -> dict[NodeId, NodePosition]:
    """Return the positions that are known of these loudspeakers."""
    query = select(NodePosition).where(NodePosition.node.in_(nodes))
    return {row.node: row for row in session.scalars(query)} if nodes else {}


@one_read
def positions_in(session: Session, areas: Collection[AreaCode]) -> list[NodePosition]:
    """Return the positions of the loudspeakers in use in some areas, by mark."""
    query = select(NodePosition).join(Node, Node.id == NodePosition.node)
    query = query.where(Node.area.in_(areas), Node.retired_at.is_(None)).order_by(NodePosition.node)
    return list(session.scalars(query))


def typed_position(
    node: NodeId, latitude: str, longitude: str, accuracy: str = ""
) -> tuple[Placed, PositionSource]:
    """Return a position from the fields of a form; with an accuracy it is a phone's. Raises BadInput."""
    degrees = degrees_of(latitude, longitude)
    if degrees is None:
        raise BadInput(
            "Chưa có vị trí. Hãy bấm lên bản đồ, lấy vị trí điện thoại, hoặc ghi vĩ độ và kinh độ.",
            code="position.none",
        )
    if not accuracy.strip():
        return Placed(node, *degrees), PositionSource.MAP
    if not accuracy.strip().isdecimal():
        raise BadInput("Sai số của điện thoại phải là số mét.", code="position.bad-accuracy")
    return Placed(node, *degrees, float(accuracy)), PositionSource.PHONE


def _nodes(
    session: Session, placed: Sequence[Placed], seen: Collection[AreaCode] | None
) -> Mapping[NodeId, Node]:
    """Return the nodes by mark; those outside what the person sees are as unknown as those that are not."""
    if not placed or len(placed) > MOST_PLACED:
        raise BadInput(f"Mỗi lần đặt vị trí của 1 đến {MOST_PLACED} cụm loa.", code="position.count")
    wanted = {one.node for one in placed}
    if len(wanted) != len(placed):
        raise BadInput("Danh sách có mã cụm loa trùng nhau. Chưa có gì được nhập.", code="position.twice")
    rows = session.scalars(select(Node).where(Node.id.in_(wanted)))
    nodes = {node.id: node for node in rows if seen is None or node.area in seen}
    unknown = sorted(wanted - set(nodes))
    if unknown:
        more = f" và {len(unknown) - _FEW} mã nữa" if len(unknown) > _FEW else ""
        raise NotFound(
            f"Không có cụm loa nào mang mã {', '.join(unknown[:_FEW])}{more}.", code="node.unknown"
        )
    retired = next((node.id for node in nodes.values() if node.retired_at is not None), None)
    if retired is not None:
        raise Conflict(f"Cụm loa {retired} đã ngừng dùng.", code="node.retired")
    return nodes


def check_position(one: Placed, lineage: Sequence[KnownArea]) -> None:
    """Raise BadInput for a position that cannot be the loudspeaker's; `lineage`: its area and those above."""
    if degrees_of(str(one.latitude), str(one.longitude)) is None:
        raise BadInput(f"Vị trí của cụm loa {one.node} không phải vĩ độ, kinh độ.", code="position.bad")
    if one.accuracy_m is not None and not 0 <= one.accuracy_m <= WORST_ACCURACY_M:
        raise BadInput(
            f"Điện thoại chỉ biết vị trí trong khoảng {one.accuracy_m:.0f} m, chưa đủ chính xác. "
            "Hãy ra chỗ thoáng, đợi vài giây rồi lấy lại, hoặc bấm lên bản đồ.",
            code="position.inaccurate",
        )
    for area in lineage:
        if area.latitude is None or area.longitude is None:
            continue
        if max(abs(one.latitude - area.latitude), abs(one.longitude - area.longitude)) > _FARTHEST:
            raise BadInput(
                f"Vị trí của cụm loa {one.node} nằm xa {area.name}. "
                "Hãy xem lại: vĩ độ trước (khoảng 8 đến 23), kinh độ sau (khoảng 102 đến 117).",
                code="position.elsewhere",
            )
        return
