"""Says of each line of a list what it would do; reads the station's rows and writes nothing."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import LoaError
from controller.features.accounts.scope import Scope, scope_of
from controller.features.areas.queries import ended_areas
from controller.features.fleet.node_names import check_credential, check_free, check_name
from controller.features.maps.position_files import Placed
from controller.features.maps.positions import check_position, degrees_in_words
from controller.features.node_lists.listed_nodes import ListedNode, nodes_listed
from controller.model.fleet import EnrolmentCode, Node, NodePosition
from controller.model.permissions import Act, Operator, judge
from controller.model.plain_text import search_text
from controller.store import one_read
from devices.ids import AreaCode, NodeId


class LineState(StrEnum):
    """What a line would do."""

    NEW = "new"
    """A code is made for it."""
    CODED = "coded"
    """A code waits for it already: nothing happens."""
    IN_USE = "in-use"
    """It is enrolled, and known as the list says: nothing happens."""
    CHANGED = "changed"
    """It is enrolled or has a code, and something of the list is new."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class CheckedNode:
    """One line, and what it would do; `changes`: from what to what, in words."""

    listed: ListedNode
    node: NodeId
    state: LineState
    changes: Sequence[str] = ()
    is_moved: bool = False
    """Whether the place on the map is among the changes."""
    until: datetime | None = None
    """When the code that waits for it expires."""

    @property
    def is_coded(self) -> bool:
        """Whether a code waits for it already."""
        return self.until is not None


@dataclass(frozen=True, slots=True)
class CheckedList:
    """All lines, and the columns that are not read."""

    lines: Sequence[CheckedNode]
    ignored: Sequence[str]

    def of(self, *states: LineState) -> list[CheckedNode]:
        """Return the lines of some states."""
        return [one for one in self.lines if one.state in states]

    def count(self, state: str) -> int:
        """Return how many lines have a state."""
        return len(self.of(LineState(state)))


@one_read
def check_list(
    session: Session, text: str, *, by: Operator, now: datetime, taken: Collection[str]
) -> CheckedList:
    """Return what each line of a list would do; BadInput for what is no list.

    `taken`: user names at the broker that are not the station's to give away.
    """
    scope = scope_of(session, by)
    found = nodes_listed(text, scope.area_named)
    checker = _Checker(session, scope, by, now, taken)
    return CheckedList([checker.checked(one) for one in found.lines], found.ignored)


class _Checker:
    """The station's rows as far as lists ask for them, and the lines that were seen so far."""

    def __init__(
        self, session: Session, scope: Scope, by: Operator, now: datetime, taken: Collection[str]
    ) -> None:
        self.scope, self.by, self.now, self.taken = scope, by, now, taken
        self.ended = ended_areas(session)
        self.areas = {code.casefold() for code in scope.tree.parents}
        self.nodes = {node.id: node for node in session.scalars(select(Node))}
        self.folded = {name.casefold() for name in self.nodes}
        self.places = {row.node: row for row in session.scalars(select(NodePosition))}
        self.codes = _newest_codes(session, self.nodes)
        self.by_name = self._by_name()
        self.seen: dict[NodeId, int] = {}
        self.numbers: dict[AreaCode, Iterator[int]] = {}

    def _by_name(self) -> dict[tuple[AreaCode, str], list[NodeId]]:
        found: dict[tuple[AreaCode, str], list[NodeId]] = {}
        for node in self.nodes.values():
            if node.retired_at is None:
                found.setdefault((node.area, search_text(node.name)), []).append(node.id)
        for code in self.codes.values():
            named = found.setdefault((code.area, search_text(code.name)), [])
            if code.node not in named:
                named.append(code.node)
        return found

    def checked(self, one: ListedNode) -> CheckedNode:
        """Return a line with what it would do; what is wrong is in its `fault`."""
        fault = one.fault or self._may(one)
        node = NodeId(one.id)
        if not fault:
            try:
                node = self._node_of(one)
                self._check(one, node)
            except LoaError as error:
                fault = error.sentence
            except _WrongLine as wrong:
                fault = str(wrong)
        if fault:
            return CheckedNode(replace(one, fault=fault), node, LineState.WRONG)
        self.seen[node] = one.line
        return self._judged(one, node)

    def _may(self, one: ListedNode) -> str:
        area = _area(one)
        if area in self.ended:
            return f"Địa bàn “{one.place}” đã đóng. Hãy ghi địa bàn mới."
        verdict = judge(self.by, Act.ENROL, self.scope.tree.lineage(area))
        return "" if verdict.allowed else verdict.sentence

    def _node_of(self, one: ListedNode) -> NodeId:
        if one.id:
            return NodeId(one.id)
        named = self.by_name.get(key := (_area(one), search_text(one.name)), [])
        if len(named) > 1:
            raise _WrongLine(
                f"Ở đây có {len(named)} cụm loa tên “{one.name}”: {', '.join(named)}. Hãy ghi thêm "
                "cột Mã cụm loa."
            )
        if named:
            return named[0]
        self.by_name[key] = [self._free(key[0])]
        return self.by_name[key][0]

    def _free(self, area: AreaCode) -> NodeId:
        numbers = self.numbers.setdefault(area, count(1))
        names = (NodeId(f"loa-{area}-{number}") for number in numbers)
        return next(one for one in names if not (one in self.nodes or one in self.codes or one in self.seen))

    def _check(self, one: ListedNode, node: NodeId) -> None:
        if node in self.seen:
            raise _WrongLine(f"Trùng với dòng {self.seen[node]}. Hãy bỏ một dòng, hoặc đặt tên khác nhau.")
        check_name(node)
        check_free(node, nodes=() if node in self.nodes else self.folded, areas=self.areas)
        check_credential(node, self.taken)
        row, code = self.nodes.get(node), self._waiting(node)
        if any(known is not None and known.area not in self.scope.seen for known in (row, code)):
            raise _WrongLine(f"Mã {node} đã có cụm loa khác dùng. Hãy ghi mã khác, hoặc để trống cột Mã.")
        if row is not None and row.retired_at is None and row.area != one.area:
            raise _WrongLine(
                f"Cụm loa {node} đang dùng ở {self.scope.name(row.area)}. Hãy ghi đúng địa bàn ấy; muốn "
                "chuyển địa bàn thì dùng loa node move."
            )
        if code is not None and code.area != one.area:
            raise _WrongLine(
                f"Cụm loa {node} đang có mã chờ gắn ở {self.scope.name(code.area)}. Hãy ghi đúng địa bàn ấy, "
                "hoặc hủy mã ấy trước."
            )
        if one.latitude is not None and one.longitude is not None:
            lineage = self.scope.tree.lineage(_area(one))
            placed = Placed(node, one.latitude, one.longitude)
            check_position(placed, [self.scope.by_code[code] for code in lineage])

    def _waiting(self, node: NodeId) -> EnrolmentCode | None:
        """Return the code that waits for a loudspeaker."""
        code = self.codes.get(node)
        is_open = code is not None and code.withdrawn_at is None and code.expires_at > self.now
        return code if is_open else None

    def _judged(self, one: ListedNode, node: NodeId) -> CheckedNode:
        row, code = self.nodes.get(node), self._waiting(node)
        known: Node | EnrolmentCode
        place: NodePosition | EnrolmentCode | None
        if row is not None and row.retired_at is None:
            known, place, until, state = row, self.places.get(node), None, LineState.IN_USE
        elif code is None:
            return CheckedNode(one, node, LineState.NEW)
        else:
            known, place, until, state = code, code, code.expires_at, LineState.CODED
            one = _filled(one, code)
        is_moved = bool(degrees_in_words(one)) and degrees_in_words(one) != degrees_in_words(place)
        changes = _changes(one, known)
        if is_moved:
            changes.append(f"vị trí: {degrees_in_words(place) or 'chưa có'} → {degrees_in_words(one)}")
        return CheckedNode(one, node, LineState.CHANGED if changes else state, changes, is_moved, until)


def _newest_codes(session: Session, nodes: Mapping[NodeId, Node]) -> dict[NodeId, EnrolmentCode]:
    """Return the newest code that nobody claimed of each loudspeaker that is not in use."""
    query = select(EnrolmentCode).where(EnrolmentCode.claimed_at.is_(None)).order_by(EnrolmentCode.made_at)
    found = {code.node: code for code in session.scalars(query)}
    in_use = {node.id for node in nodes.values() if node.retired_at is None}
    return {node: code for node, code in found.items() if node not in in_use}


class _WrongLine(Exception):  # noqa: N818 - becomes the line's fault
    pass


def _area(one: ListedNode) -> AreaCode:
    if one.area is None:
        raise RuntimeError("a line without an area has a fault")
    return one.area


def _changes(one: ListedNode, row: Node | EnrolmentCode) -> list[str]:
    """Return in words what a line changes beside the place; an empty cell changes nothing."""
    pairs = [
        ("tên", row.name, one.name),
        ("thiết bị", row.equipment, one.equipment),
        ("điện thoại", row.telephone, one.telephone),
    ]
    return [f"{what}: {was or 'chưa có'} → {new}" for what, was, new in pairs if new and was != new]


def _filled(one: ListedNode, code: EnrolmentCode) -> ListedNode:
    """Return a line with what is known of its empty cells, so that another code says all of it too."""
    place = one if degrees_in_words(one) else code
    return replace(
        one,
        equipment=one.equipment or code.equipment,
        telephone=one.telephone or code.telephone,
        latitude=place.latitude,
        longitude=place.longitude,
    )
