"""Reads for monitoring nodes: status, faults, care and events; the number of queries is constant."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from controller.features.areas.queries import area_tree
from controller.features.fleet.counts import has_status
from controller.features.fleet.events import (
    FLAP_TURNS,
    FLAP_WINDOW,
    Fallen,
    FleetEvent,
    NodeAway,
    PresenceChange,
    as_one_outage,
    events,
    is_flapping,
    newest_first,
)
from controller.features.fleet.faults import (
    FLOOD_CALM,
    GAP_SHOWN_AFTER,
    MISSED_LIMIT,
    RECEIPTS_FAULT_FOR,
    FaultKind,
    NodeFault,
    ReceiptTrouble,
    all_faults,
)
from controller.features.fleet.queries import facts_of, get_node
from controller.features.fleet.status import NodeStatus, status_of
from controller.model.accounts import Account
from controller.model.airing_states import AiringState, ChainFaultKind, DeliveryStage
from controller.model.airings import Airing, ChainFault, Delivery
from controller.model.area_tree import AreaTree
from controller.model.fleet import Care, Node, StateTurn
from controller.model.permissions import Operator
from controller.store import once_a_snapshot, one_read
from devices.ids import AreaCode, NodeId

_TROUBLED = (NodeStatus.OFFLINE, NodeStatus.SILENT, NodeStatus.FAULTY)
MISSED_WITHIN = timedelta(hours=24)
_BETWEEN = " "  # names of nodes hold none
LOST_WITHIN = timedelta(days=30)
"""A node that has been away for longer is a fault on the list, and no event any more."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One node as technicians see it; `unseen`: kinds of faults that nobody has acknowledged."""

    node: Node
    status: NodeStatus
    faults: tuple[NodeFault, ...]
    care: Care | None
    assignee: str | None
    """The sign-in name."""

    @property
    def unseen(self) -> frozenset[FaultKind]:
        """Return the kinds of faults that nobody has seen yet."""
        seen = frozenset(self.care.seen) if self.care is not None else frozenset()
        return frozenset(fault.kind for fault in self.faults if fault.kind not in seen)


@dataclass(frozen=True, slots=True)
class NodeFilter:
    """Filter for nodes; fields that are `None` or empty do not filter."""

    areas: frozenset[AreaCode] | None = None
    statuses: frozenset[NodeStatus] = frozenset()
    kinds: frozenset[FaultKind] = frozenset()
    only_faulty: bool = False
    only_unseen: bool = False
    assignee: str | None = None
    text: str = ""

    def fits(self, one: Watched) -> bool:
        """Whether a node matches the filter."""
        words = f"{one.node.id} {one.node.name}".lower()
        return (
            (not self.statuses or one.status in self.statuses)
            and (not self.kinds or any(fault.kind in self.kinds for fault in one.faults))
            and (not self.only_faulty or bool(one.faults))
            and (not self.only_unseen or bool(one.unseen))
            and (self.assignee is None or one.assignee == self.assignee)
            and self.text.lower() in words
        )


@dataclass(frozen=True, slots=True)
class FaultCounts:
    """Numbers of nodes with faults: all, those assigned to one person, and those without an assignee."""

    every: int
    mine: int
    nobodys: int


class Cared(StrEnum):
    """Filter of faulty nodes by assignee."""

    EVERY = "every"
    MINE = "mine"
    NOBODYS = "nobodys"


@dataclass(frozen=True, slots=True)
class Troubles:
    """A page of the nodes with faults, sorted by area and id, and the total number."""

    nodes: list[Watched]
    counted: FaultCounts


@one_read
def watched(session: Session, chosen: NodeFilter, now: datetime) -> list[Watched]:
    """Return the nodes in use that match the filter, sorted by area and id; four queries."""
    unsteady = _unsteady(session, now)
    query = _nodes(chosen.areas)
    if chosen.only_faulty:  # few of thousands of nodes have faults: the database skips the others
        query = query.where(_has_faults(unsteady, now))
    return [one for one in _judged(session.execute(query), unsteady, now) if chosen.fits(one)]


def watched_nodes(session: Session, nodes: Collection[NodeId], now: datetime) -> list[Watched]:
    """Return those of the nodes that are in use, sorted by area and id; four queries."""
    rows = session.execute(_nodes(None).where(Node.id.in_(nodes)))
    return list(_judged(rows, _unsteady(session, now), now))


def faults_of_node(session: Session, node_id: NodeId, now: datetime) -> frozenset[FaultKind]:
    """Return the kinds of faults that a node has now; raises NotFound."""
    found = watched_nodes(session, [get_node(session, node_id).id], now)
    return frozenset(fault.kind for one in found for fault in one.faults)


@one_read
def troubles(
    session: Session,
    areas: frozenset[AreaCode],
    now: datetime,
    *,
    by: Operator,
    cared: Cared = Cared.EVERY,
    limit: int,
    offset: int = 0,
) -> Troubles:
    """Return some of the nodes with faults; five queries, or six, and one look at all nodes."""
    unsteady = _unsteady(session, now)
    is_asked = (Node.area.in_(areas), Node.retired_at.is_(None), _has_faults(unsteady, now))
    is_mine, is_nobodys = Care.assignee == by.id, Care.assignee.is_(None)
    counts = (func.count(), *(func.sum(case((one, 1), else_=0)) for one in (is_mine, is_nobodys)))
    faulty = select(Node.id, Node.area, Care.assignee).outerjoin(Care, Care.node == Node.id).where(*is_asked)
    # counted in the same pass that finds the page: each pass reads the last vitals of every node
    counted = faulty.add_columns(*(one.over().label(f"n{place}") for place, one in enumerate(counts)))
    of_all = counted.subquery()
    whose = {Cared.EVERY: (), Cared.MINE: (of_all.c.assignee == by.id,)}
    narrowed = select(of_all).where(*whose.get(cared, (of_all.c.assignee.is_(None),)))
    page = session.execute(narrowed.order_by(of_all.c.area, of_all.c.id).limit(limit).offset(offset)).all()
    # no node on this page: other pages may still have some
    figures = page[0][3:] if page else session.execute(faulty.with_only_columns(*counts)).one()
    rows = session.execute(_nodes(None).where(Node.id.in_([one.id for one in page])))
    return Troubles(list(_judged(rows, unsteady, now)), FaultCounts(*(number or 0 for number in figures)))


@one_read
def in_quarantine(session: Session, areas: frozenset[AreaCode]) -> list[tuple[Node, Care | None]]:
    """Return the nodes in use in quarantine, longest first, with the assignee of each; one query."""
    query = (
        select(Node, Care)
        .outerjoin(Care, Care.node == Node.id)
        .where(Node.area.in_(areas), Node.retired_at.is_(None), Node.quarantined_at.is_not(None))
        .order_by(Node.quarantined_at, Node.id)
    )
    return [(node, care) for node, care in session.execute(query)]


@dataclass(frozen=True, slots=True)
class _Unsteady:
    """What nodes did of late: connects and disconnects, airings that they missed, faults of receipts."""

    turns: Mapping[NodeId, Sequence[PresenceChange]]
    missed: Mapping[NodeId, int]
    receipts: Mapping[NodeId, ReceiptTrouble]

    @property
    def nodes(self) -> frozenset[NodeId]:
        return frozenset((*self.turns, *self.missed, *self.receipts))


def _unsteady(session: Session, now: datetime) -> _Unsteady:
    return _Unsteady(_flapping(session, now), _missed(session, now), _of_receipts(session, now))


def _nodes(areas: frozenset[AreaCode] | None) -> Select[Node, Care, str]:
    query = (
        select(Node, Care, Account.name)
        .outerjoin(Care, Care.node == Node.id)
        .outerjoin(Account, Account.id == Care.assignee)
        .where(Node.retired_at.is_(None))
        .order_by(Node.area, Node.id)
    )
    return query if areas is None else query.where(Node.area.in_(areas))


def _has_faults(unsteady: _Unsteady, now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition for nodes in use for which `all_faults` finds a fault.

    The check for being away comes first: when a whole province is away, the last vitals of 5,000 nodes are
    not read.
    """
    is_judged = and_(Node.quarantined_at.is_(None), Node.last_heard_at.is_not(None))
    is_away = and_(is_judged, Node.retired_at.is_(None), ~Node.online)
    floods = Node.flooded_at > now - FLOOD_CALM
    return or_(is_away, has_status(_TROUBLED, now), and_(is_judged, or_(floods, Node.id.in_(unsteady.nodes))))


def _judged(rows: Iterable[Row[Node, Care, str]], unsteady: _Unsteady, now: datetime) -> Iterator[Watched]:
    for node, care, assignee in rows:
        facts = facts_of(node)
        faults = all_faults(
            facts,
            now,
            missed=unsteady.missed.get(node.id, 0),
            flapping=node.id in unsteady.turns,
            receipts=unsteady.receipts.get(node.id),
        )
        yield Watched(node, status_of(facts, now), faults, care, assignee)


@one_read
def events_now(session: Session, areas: frozenset[AreaCode] | None, now: datetime) -> list[FleetEvent]:
    """Return the current events in some areas (`None`: all), newest first; six queries at most."""
    tree, turns = area_tree(session), _flapping(session, now)
    communes = {area: _commune(tree, area) for area in tree.parents if areas is None or area in areas}
    in_use = (Node.retired_at.is_(None), Node.quarantined_at.is_(None))
    lost = (*in_use, ~Node.online, Node.last_heard_at.is_not(None), Node.online_at >= now - LOST_WITHIN)
    steady = (*lost, Node.id.not_in(turns))
    fallen = _fallen(session, steady, communes)
    sizes = _sizes(session, communes, {one.area for one in fallen})
    outages = {one.area: as_one_outage(one, sizes[one.area]) for one in fallen}
    apart = [area for area, commune in communes.items() if commune in outages and outages[commune] is None]
    losses: list[NodeAway] = []
    if apart:
        query = select(Node.id, Node.area, Node.online_at).where(*steady, Node.area.in_(apart))
        losses += (
            NodeAway(node, communes[area], at) for node, area, at in session.execute(query) if at is not None
        )
    flapping: dict[NodeId, tuple[AreaCode, datetime]] = {}
    if turns:
        unsteady = select(Node.id, Node.area).where(*in_use, Node.id.in_(turns), Node.area.in_(communes))
        flapping |= {node: (communes[area], turns[node][0].at) for node, area in session.execute(unsteady)}
    return newest_first([*filter(None, outages.values()), *events(losses, flapping, sizes)])


def _sizes(
    session: Session, communes: Mapping[AreaCode, AreaCode], wanted: Collection[AreaCode]
) -> dict[AreaCode, int]:
    """Return how many nodes are in use in each of these communes: where none is away, nobody asks."""
    sizes: dict[AreaCode, int] = defaultdict(int)
    there = [area for area, commune in communes.items() if commune in wanted]
    query = select(Node.area, func.count()).where(Node.retired_at.is_(None), Node.quarantined_at.is_(None))
    for area, nodes in (
        session.execute(query.where(Node.area.in_(there)).group_by(Node.area)) if there else ()
    ):
        sizes[communes[area]] += nodes
    return sizes


def _fallen(
    session: Session, lost: Iterable[ColumnElement[bool]], communes: Mapping[AreaCode, AreaCode]
) -> list[Fallen]:
    """Return the nodes that are away now by commune, aggregated in the database: one row for each area."""
    names = func.aggregate_strings(Node.id, _BETWEEN)
    query = select(Node.area, func.min(Node.online_at), func.max(Node.online_at), names).where(*lost)
    found: dict[AreaCode, Fallen] = {}
    for area, first, last, nodes in session.execute(query.group_by(Node.area)):
        if area not in communes or first is None or last is None:
            continue
        here = Fallen(communes[area], first, last, tuple(map(NodeId, nodes.split(_BETWEEN))))
        there = found.get(here.area, here)
        both = here.nodes if there is here else (*there.nodes, *here.nodes)
        found[here.area] = Fallen(here.area, min(first, there.first), max(last, there.last), both)
    return list(found.values())


def _commune(tree: AreaTree, area: AreaCode) -> AreaCode:
    """Return the area directly below the province that contains an area: its nodes lose power together."""
    lineage = tree.lineage(area)
    return lineage[-2] if len(lineage) > 1 else area


def _missed(session: Session, now: datetime) -> dict[NodeId, int]:
    """Return how many airings of the last day nodes did not begin, for nodes with enough for a fault."""
    query = (
        select(Delivery.node, func.count())
        .join(Airing, and_(Airing.id == Delivery.airing, Airing.state == AiringState.AIRED))
        .where(Airing.starts_at > now - MISSED_WITHIN, Airing.starts_at <= now)
        .where(Delivery.rung < int(DeliveryStage.STARTED))
        .group_by(Delivery.node)
        .having(func.count() >= MISSED_LIMIT)
    )
    return {node: int(count) for node, count in session.execute(query)}


def _of_receipts(session: Session, now: datetime) -> dict[NodeId, ReceiptTrouble]:
    """Return what was found wrong in the last days in the receipts of nodes, for those with anything."""
    is_gap = ChainFault.kind == ChainFaultKind.GAP
    missing = func.sum(case((is_gap, ChainFault.last - ChainFault.first + 1), else_=0))
    query = (
        select(
            ChainFault.node, missing, func.sum(case((is_gap, 0), else_=1)), func.min(ChainFault.noticed_at)
        )
        .where(ChainFault.noticed_at > now - RECEIPTS_FAULT_FOR)
        .where(~is_gap | (ChainFault.noticed_at <= now - GAP_SHOWN_AFTER))
        .group_by(ChainFault.node)
    )
    rows = session.execute(query)
    return {node: ReceiptTrouble(int(lost), int(odd), since) for node, lost, odd, since in rows if since}


@once_a_snapshot
def _flapping(session: Session, now: datetime) -> dict[NodeId, list[PresenceChange]]:
    """Return the turns of the last hour, in order, of the nodes that flap now."""
    of_late = StateTurn.at > now - FLAP_WINDOW
    many = select(StateTurn.node).where(of_late).group_by(StateTurn.node).having(func.count() >= FLAP_TURNS)
    query = select(StateTurn.node, StateTurn.at, StateTurn.online).where(of_late, StateTurn.node.in_(many))
    found: dict[NodeId, list[PresenceChange]] = defaultdict(list)
    for node, at, online in session.execute(query.order_by(StateTurn.at, StateTurn.id)):
        found[node].append(PresenceChange(at, online))
    return {node: turns for node, turns in found.items() if is_flapping(turns, now)}
