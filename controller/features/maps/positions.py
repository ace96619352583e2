"""Where loudspeakers stand: set on the map, by the phone's position at the pole, or from a file."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

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
from controller.store.locks import Lock, hold
from devices.ids import AreaCode, NodeId

WORST_ACCURACY_M = 150.0
"""Loudspeakers stand some 400 m apart: a position that is less certain could be the neighbour's."""
MOST_PLACED = 20_000
"""Positions of one call: four times as many as the largest province has loudspeakers."""
_FARTHEST = 0.5
"""Degrees between a commune's centre and its loudspeakers: farther is another place, or swapped degrees."""


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
    if not placed or len(placed) > MOST_PLACED:
        raise BadInput(f"Mỗi lần đặt vị trí của 1 đến {MOST_PLACED} cụm loa.", code="position.count")
    hold(session, Lock.NODES)
    checks = PositionChecks(session, {one.node for one in placed}, by)
    known = positions_of(session, checks.nodes)
    for one in placed:
        checks.check(one)
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


class PositionChecks:
    """What refuses a position, by the station's rows of the loudspeakers that are to be placed."""

    def __init__(self, session: Session, names: Collection[NodeId], by: Operator | None) -> None:
        self._session, self._by = session, by
        self._areas, self._tree = known_areas(session), area_tree(session)
        seen = self._areas.keys() if by is None else scope_of(session, by).seen
        rows = session.scalars(select(Node).where(Node.id.in_(names)))
        self.nodes = {node.id: node for node in rows if node.area in seen}
        self._allowed: set[AreaCode] = set()
        self._checked: set[NodeId] = set()

    def check(self, one: Placed) -> Node:
        """Return the loudspeaker, or raise if it cannot be placed so; one out of sight is unknown."""
        node = self.nodes.get(one.node)
        if node is None:
            raise NotFound(f"Không có cụm loa nào mang mã {one.node}.", code="node.unknown")
        if one.node in self._checked:
            raise BadInput(
                f"Mã {one.node} có hai lần trong danh sách. Hãy bỏ một dòng.", code="position.twice"
            )
        if node.retired_at is not None:
            raise Conflict(f"Cụm loa {one.node} đã ngừng dùng.", code="node.retired")
        if self._by is not None and node.area not in self._allowed:
            require(self._session, self._by, Act.ENROL, node.area)
            self._allowed.add(node.area)
        check_position(one, [self._areas[code] for code in self._tree.lineage(node.area)])
        self._checked.add(one.node)
        return node


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


class _Located(Protocol):
    @property
    def latitude(self) -> float | None: ...
    @property
    def longitude(self) -> float | None: ...


def degrees_in_words(place: _Located | None) -> str:
    """Return a place as people read it, to the tenth of a metre; empty for one that is not known."""
    if place is None or place.latitude is None or place.longitude is None:
        return ""
    return f"{place.latitude:.6f}, {place.longitude:.6f}"
