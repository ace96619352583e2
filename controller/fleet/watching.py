"""Reads for whoever watches nodes: status, faults, care and events; constant queries, however many nodes."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from controller.airings.lifecycle import AiringState, Rung
from controller.airings.tables import Airing, Delivery
from controller.areas.queries import area_tree
from controller.areas.tree import AreaTree
from controller.fleet.counting import has_status
from controller.fleet.events import FLAP_WINDOW, Event, Loss, Turn, events, is_flapping
from controller.fleet.faults import MISSED_LIMIT, Fault, FaultKind, all_faults
from controller.fleet.lifecycle import NodeStatus, status_of
from controller.fleet.queries import facts_of
from controller.fleet.tables import Care, Node, StateTurn
from controller.operators.tables import Account
from devices.messages import AreaCode, NodeId

_TROUBLED = (NodeStatus.OFFLINE, NodeStatus.SILENT, NodeStatus.FAULTY)
MISSED_WITHIN = timedelta(hours=24)
LOST_WITHIN = timedelta(days=30)
"""A node that has been away for longer is a fault on the list, and no event any more."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One node as a technician sees it; `unseen`: kinds of faults that nobody has acknowledged."""

    node: Node
    status: NodeStatus
    faults: tuple[Fault, ...]
    care: Care | None
    assignee: str | None
    """The sign-in name."""

    @property
    def unseen(self) -> frozenset[FaultKind]:
        """Return the kinds of faults that are news."""
        seen = frozenset(self.care.seen) if self.care is not None else frozenset()
        return frozenset(fault.kind for fault in self.faults if fault.kind not in seen)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which nodes are asked for; what is None or empty does not narrow."""

    areas: frozenset[AreaCode] | None = None
    statuses: frozenset[NodeStatus] = frozenset()
    kinds: frozenset[FaultKind] = frozenset()
    only_faulty: bool = False
    only_unseen: bool = False
    assignee: str | None = None
    text: str = ""

    def fits(self, one: Watched) -> bool:
        """Whether a node is one of those."""
        words = f"{one.node.id} {one.node.name}".lower()
        return (
            (not self.statuses or one.status in self.statuses)
            and (not self.kinds or any(fault.kind in self.kinds for fault in one.faults))
            and (not self.only_faulty or bool(one.faults))
            and (not self.only_unseen or bool(one.unseen))
            and (self.assignee is None or one.assignee == self.assignee)
            and self.text.lower() in words
        )


def watched(session: Session, wish: Wish, now: datetime) -> list[Watched]:
    """Return the nodes in use that are asked for, by area and id; four queries."""
    query = (
        select(Node, Care, Account.name)
        .outerjoin(Care, Care.node == Node.id)
        .outerjoin(Account, Account.id == Care.assignee)
        .where(Node.retired_at.is_(None))
        .order_by(Node.area, Node.id)
    )
    missed, turns = _missed(session, now), _turns(session, now)
    if wish.only_faulty:  # of thousands few are faulty: the database passes the others over
        unsteady = {node for node, own in turns.items() if is_flapping(own, now)}
        unsteady |= {node for node, count in missed.items() if count >= MISSED_LIMIT}
        query = query.where(or_(Node.id.in_(unsteady), *(has_status(one, now) for one in _TROUBLED)))
    found = []
    for node, care, assignee in session.execute(query):
        if wish.areas is not None and node.area not in wish.areas:
            continue
        facts = facts_of(node)
        flapping = is_flapping(turns.get(node.id, ()), now)
        faults = all_faults(facts, now, missed=missed.get(node.id, 0), flapping=flapping)
        one = Watched(node, status_of(facts, now), faults, care, assignee)
        if wish.fits(one):
            found.append(one)
    return found


def events_now(session: Session, areas: frozenset[AreaCode] | None, now: datetime) -> list[Event]:
    """Return what there is to look after in some areas (None: all), the newest first; three queries."""
    tree, turns = area_tree(session), _turns(session, now)
    losses: list[Loss] = []
    sizes: dict[AreaCode, int] = defaultdict(int)
    flapping: dict[NodeId, tuple[AreaCode, datetime]] = {}
    in_use = select(Node.id, Node.area, Node.online, Node.online_at, Node.last_heard_at).where(
        Node.retired_at.is_(None), Node.quarantined_at.is_(None)
    )
    for node, area, online, at, heard_at in session.execute(in_use):
        if areas is not None and area not in areas:
            continue
        commune = _commune(tree, area)
        sizes[commune] += 1
        own = turns.get(node, [])
        if is_flapping(own, now):
            flapping[node] = (commune, own[0].at)
        elif not online and heard_at is not None and at is not None and now - at <= LOST_WITHIN:
            losses.append(Loss(node, commune, at))
    return events(losses, flapping, sizes)


def _commune(tree: AreaTree, area: AreaCode) -> AreaCode:
    """Return the area directly below the province in which an area lies: what loses power together."""
    lineage = tree.lineage(area)
    return lineage[-2] if len(lineage) > 1 else area


def _missed(session: Session, now: datetime) -> dict[NodeId, int]:
    """Return how many airings of the last day each node did not begin."""
    unheard = func.sum(case((Delivery.rung < int(Rung.STARTED), 1), else_=0))
    query = (
        select(Delivery.node, unheard)
        .join(Airing, and_(Airing.id == Delivery.airing, Airing.state == AiringState.AIRED))
        .where(Airing.starts_at > now - MISSED_WITHIN)
        .group_by(Delivery.node)
    )
    return {node: int(count) for node, count in session.execute(query)}


def _turns(session: Session, now: datetime) -> dict[NodeId, list[Turn]]:
    """Return the births and deaths of the last hour, by node, in their order."""
    query = select(StateTurn.node, StateTurn.at, StateTurn.online).where(StateTurn.at > now - FLAP_WINDOW)
    found: dict[NodeId, list[Turn]] = defaultdict(list)
    for node, at, online in session.execute(query.order_by(StateTurn.at, StateTurn.id)):
        found[node].append(Turn(at, online))
    return found
