"""Reads for the pages about nodes: counts by commune, and one page of nodes that match a filter."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.fleet.counts import has_status, statuses_by_area
from controller.features.fleet.queries import facts_of
from controller.features.fleet.signs import ONLINE
from controller.features.fleet.status import NodeStatus, status_of
from controller.model.fleet import Care, Node
from controller.model.plain_text import plain
from controller.store import one_read
from devices.ids import AreaCode, NodeId

PAGE = 50
"""Nodes of one page: as many as a commune has at most."""
ORDER = (
    NodeStatus.OFFLINE,
    NodeStatus.SILENT,
    NodeStatus.FAULTY,
    NodeStatus.QUARANTINED,
    NodeStatus.NEVER_SEEN,
    NodeStatus.SOUNDING,
    NodeStatus.READY,
)
"""Statuses as a technician asks for them: what has to be seen to comes first."""


@dataclass(frozen=True, slots=True)
class NodeListFilter:
    """Filter of the node list; empty fields do not filter."""

    area: AreaCode | None = None
    status: NodeStatus | None = None
    text: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Branch:
    """One commune in the tree with its node counts by status."""

    code: AreaCode
    name: str
    counts: Mapping[NodeStatus, int]

    @property
    def nodes(self) -> int:
        """Nodes in use."""
        return sum(self.counts.values())

    @property
    def online(self) -> int:
        """Nodes that can be reached."""
        return sum(count for status, count in self.counts.items() if status in ONLINE)

    @property
    def troubles(self) -> list[tuple[NodeStatus, int]]:
        """Statuses other than normal, each with its number of nodes."""
        fine = (NodeStatus.READY, NodeStatus.SOUNDING)
        return [
            (status, self.counts[status])
            for status in ORDER
            if self.counts.get(status) and status not in fine
        ]


@dataclass(frozen=True, slots=True)
class Tree:
    """The tree of the province that the node list shows."""

    branches: Sequence[Branch]
    counts: Mapping[NodeStatus, int]
    """Of all that the list is about, by status, in the order of `ORDER`."""

    @property
    def nodes(self) -> int:
        """Nodes in use."""
        return sum(self.counts.values())


def fleet_tree(session: Session, scope: Scope, asked: NodeListFilter, now: datetime) -> Tree:
    """Return all communes that the person sees, and the chosen area's node counts by status; one query."""
    within = _areas(scope, asked)
    communes = {code: scope.commune_of(code) for code in scope.by_code}
    branches: dict[AreaCode, Counter[NodeStatus]] = {area.code: Counter() for area in scope.communes}
    total: Counter[NodeStatus] = Counter()
    for area, counts in statuses_by_area(session, now).items():
        commune = communes.get(area)
        if area not in scope.seen or commune is None:
            continue
        branches[commune].update(counts)
        if area in within:
            total.update(counts)
    named = [Branch(code, scope.name(code), counts) for code, counts in branches.items()]
    rest = [status for status in NodeStatus if status not in ORDER]
    return Tree(named, {status: total[status] for status in (*ORDER, *rest) if total[status]})


def find_nodes(
    session: Session, scope: Scope, asked: NodeListFilter, now: datetime
) -> tuple[list[tuple[Node, NodeStatus]], bool]:
    """Return a page of nodes with their status, and whether more follow."""
    conditions: list[ColumnElement[bool]] = [Node.retired_at.is_(None), Node.area.in_(_areas(scope, asked))]
    if asked.status is not None:
        conditions.append(has_status([asked.status], now))
    if asked.text:
        conditions.append(Node.id.in_(_named(session, scope, asked.text, conditions)))
    query = select(Node).where(*conditions).order_by(Node.area, Node.name, Node.id)
    rows = session.scalars(query.limit(PAGE + 1).offset((asked.page - 1) * PAGE)).all()
    return [(node, status_of(facts_of(node), now)) for node in rows[:PAGE]], len(rows) > PAGE


def _areas(scope: Scope, asked: NodeListFilter) -> Collection[AreaCode]:
    return scope.seen & scope.tree.below([asked.area]) if asked.area else scope.seen


def _named(
    session: Session, scope: Scope, text: str, conditions: Sequence[ColumnElement[bool]]
) -> list[NodeId]:
    """Return the first nodes whose name, mark or commune contains the text; accents are ignored.

    Databases do not fold “Đ” to “D” as people expect, so names are compared in Python.
    """
    wanted = plain(text).split()
    areas = {code: plain(scope.name(code)) for code in scope.seen}
    found: list[NodeId] = []
    rows = session.execute(
        select(Node.id, Node.name, Node.area).where(*conditions).order_by(Node.area, Node.name, Node.id)
    )
    for node, name, area in rows:
        said = f"{plain(name)} {node.lower()} {areas.get(area, '')}"
        if all(word in said for word in wanted):
            found.append(node)
        if len(found) >= _MOST_FOUND:
            break
    return found


_MOST_FOUND = 500
"""Nodes that a search names; who finds more types another word."""


@one_read
def visible_nodes(session: Session, scope: Scope, areas: Iterable[AreaCode] | None = None) -> Sequence[Node]:
    """Return the nodes in use that the person may see (in the areas, if given), by area and id."""
    query = select(Node).where(Node.retired_at.is_(None)).order_by(Node.area, Node.id)
    if areas is not None:
        query = query.where(Node.area.in_(scope.seen & frozenset(areas)))
    elif not scope.is_whole():
        query = query.where(Node.area.in_(scope.seen))
    return session.scalars(query).all()


@one_read
def names_of_nodes(session: Session, nodes: Iterable[NodeId]) -> dict[NodeId, str]:
    """Return the names of nodes by id."""
    rows = session.execute(select(Node.id, Node.name).where(Node.id.in_(list(nodes))))
    return {node: name for node, name in rows}  # noqa: C416 - typed rows


def care_of(session: Session, node: NodeId) -> Care | None:
    """Return the assignee and note for the faults of a node."""
    return session.get(Care, node)
