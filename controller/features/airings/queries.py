"""Reads of airings and deliveries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from controller.errors import NotFound
from controller.features.airings.heard import counted, heard_whole, percent_heard, planned_to_sound
from controller.features.areas.queries import area_tree
from controller.model.airing_states import OPEN, AiringState, DeliveryStage
from controller.model.airings import Airing, Delivery, Target
from controller.model.area_tree import AreaTree
from controller.model.fleet import Node
from controller.store import once_a_snapshot, one_read
from devices.ids import AiringId, AreaCode, NodeId

_RECENT = timedelta(days=8)
"""In it a loudspeaker with some airings a day has more deliveries than a page shows."""


def get_airing(session: Session, airing_id: AiringId, *, lock: bool = False) -> Airing:
    """Return the airing, or raise NotFound; `lock`: nobody else changes it till the end."""
    airing = session.get(Airing, airing_id, with_for_update=lock or None)
    if airing is None:
        raise NotFound("Không có lượt phát này.", code="airing.unknown")
    return airing


@cache
def still_open(states: tuple[AiringState, ...] = OPEN) -> ColumnElement[bool]:
    """Return the condition of airings in these states.

    It says too that none of them begins before the first: asked for the next ones by states alone, a database
    with years of airings reads them all, from the first of all on.
    """
    other = aliased(Airing)
    firsts = (select(func.min(other.starts_at).label("at")).where(other.state == state) for state in states)
    first = union_all(*firsts).subquery()
    return and_(Airing.state.in_(states), Airing.starts_at >= select(func.min(first.c.at)).scalar_subquery())


_TARGETS = (
    select(Target.airing, Target.area)
    .where(Target.airing.in_(bindparam("airings", expanding=True)))
    .order_by(Target.area)
)


def targets_of(session: Session, airing_ids: Iterable[AiringId]) -> dict[AiringId, tuple[AreaCode, ...]]:
    """Return the target areas of each airing, by code."""
    found: dict[AiringId, tuple[AreaCode, ...]] = {}
    airings = list(airing_ids)
    for airing, area in session.execute(_TARGETS, {"airings": airings}) if airings else ():
        found[airing] = (*found.get(airing, ()), area)
    return found


def deliveries_of(session: Session, airing_id: AiringId) -> Sequence[Delivery]:
    """Return an airing's deliveries, by node."""
    query = select(Delivery).where(Delivery.airing == airing_id).order_by(Delivery.node)
    return session.scalars(query).all()


@one_read
def deliveries_to(
    session: Session, node: NodeId, limit: int = 50, *, until: datetime | None = None
) -> Sequence[tuple[Delivery, Airing]]:
    """Return a node's deliveries with their airings, newest first; of those that begin after `until` none."""
    query = (
        select(Delivery, Airing)
        .join(Airing, Airing.id == Delivery.airing)
        .where(Delivery.node == node)
        .order_by(Airing.starts_at.desc())
        .limit(limit)
    )
    if until is not None:
        newest = newest_to(session, node, until, limit)
        found = Airing.id.in_(newest) if len(newest) == limit else Airing.starts_at <= until
        query = query.where(found)
    return [(delivery, airing) for delivery, airing in session.execute(query)]


@once_a_snapshot
def newest_to(session: Session, node: NodeId, until: datetime, limit: int) -> Sequence[AiringId]:
    """Return the newest airings that a node has a delivery of, of some days before `until`.

    `offset(0)` has PostgreSQL ask airing by airing, from the newest on, instead of reading all deliveries
    that the node ever had: thousands a year, each on another page of the disk.
    """
    has_one = select(Delivery.airing).where(Delivery.airing == Airing.id, Delivery.node == node).offset(0)
    query = (
        select(Airing.id)
        .where(Airing.starts_at <= until, Airing.starts_at > until - _RECENT, has_one.exists())
        .order_by(Airing.starts_at.desc(), Airing.id.desc())
        .limit(limit)
    )
    return session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class Reach:
    """Reach of an airing: each figure counts nodes, and includes those at later stages.

    `ended`: it reached its end; `finished`: and nothing was missing; `sounding`: it began and has
    not stopped, by the node's receipts, or sounds again, by its vitals. Of what they sounded,
    `heard_ms` of `planned_ms` in all.
    """

    nodes: int = 0
    fetched: int = 0
    started: int = 0
    finished: int = 0
    ended: int = 0
    sounding: int = 0
    heard_ms: int = 0
    planned_ms: int = 0

    @property
    def percent_heard(self) -> int | None:
        """Return how much of it was heard, over all its nodes; None while nobody knows how long it is."""
        return percent_heard(self.heard_ms, self.planned_ms)

    def has_stopped(self, turns: int) -> bool:
        """Whether all nodes that began it have stopped, as far as they have told.

        Between two turns nobody sounds for a moment; the others wait for theirs.
        """
        waits = turns > 1 and self.ended < self.nodes
        return self.started > 0 and not self.sounding and not waits

    @property
    def missed(self) -> int:
        """Return how many nodes have not (yet) started."""
        return self.nodes - self.started


@dataclass(frozen=True, slots=True)
class Aims:
    """Where airings are meant for, as the caller has read it."""

    tree: AreaTree
    targets: Mapping[AiringId, tuple[AreaCode, ...]]


def reaches(
    session: Session,
    airing_ids: Iterable[AiringId],
    within: Collection[AreaCode] | None = None,
    aims: Aims | None = None,
) -> dict[AiringId, Reach]:
    """Return the reach of each airing, counted by the database; `within`: among the nodes of these areas.

    An airing of a schedule has no deliveries before it is let into the plans: then the nodes that stand now
    where it is meant for are counted. `aims`: None: looked up.
    """
    ids = list(airing_ids)
    query = _reached(by_area=False).where(Delivery.airing.in_(ids))
    if within is not None:
        query = query.where(_stood_in().in_(within))
    found = {row[0]: Reach(*map(int, row[1:])) for row in session.execute(query).all()}
    coming = [airing_id for airing_id in ids if airing_id not in found]
    if not coming:
        return found
    aims = aims or Aims(area_tree(session), targets_of(session, coming))
    meant = {airing_id: aims.targets[airing_id] for airing_id in coming if airing_id in aims.targets}
    return found | _coming(session, Aims(aims.tree, meant), within)


_NODES_IN_USE = (
    select(Node.area, func.count())
    .where(Node.retired_at.is_(None), Node.quarantined_at.is_(None))
    .where(Node.area.in_(bindparam("areas", expanding=True)))
    .group_by(Node.area)
)


def _coming(session: Session, aims: Aims, within: Collection[AreaCode] | None) -> dict[AiringId, Reach]:
    below = {areas: aims.tree.below(areas) for areas in set(aims.targets.values())}
    if within is not None:
        below = {areas: found & frozenset(within) for areas, found in below.items()}
    meant = sorted(frozenset[AreaCode]().union(*below.values()))
    nodes = {area: int(count) for area, count in session.execute(_NODES_IN_USE, {"areas": meant})}
    return {
        airing_id: Reach(sum(nodes.get(area, 0) for area in below[areas]))
        for airing_id, areas in aims.targets.items()
    }


def reach(session: Session, airing_id: AiringId) -> Reach:
    """Return how far one airing came."""
    return reaches(session, [airing_id]).get(airing_id, Reach())


def count_unfinished(session: Session, airing_id: AiringId, nodes: Collection[NodeId]) -> int:
    """Count those of the nodes that have not finished the airing."""
    query = select(func.count()).where(
        Delivery.airing == airing_id, Delivery.node.in_(nodes), Delivery.rung < int(DeliveryStage.FINISHED)
    )
    return session.scalar(query) or 0


def reach_by_area(session: Session, airing_id: AiringId) -> dict[AreaCode, Reach]:
    """Return how far one airing came in each area, as its nodes stood when it was planned."""
    query = _reached(by_area=True).where(Delivery.airing == airing_id).order_by(_stood_in())
    return {row[0]: Reach(*map(int, row[1:])) for row in session.execute(query).all()}


@cache
def _stood_in() -> ColumnElement[AreaCode]:
    """Return the area in which a delivery's node stood."""
    return func.coalesce(Delivery.area, Node.area)


@cache
def _reached(*, by_area: bool) -> Select[*tuple[Any, ...]]:
    """Return the query of the reach of each airing, or area; built once, which costs more than running it."""
    group = _stood_in() if by_area else Delivery.airing
    query = select(group, *_counts()).join(Airing, Airing.id == Delivery.airing)
    return query.join(Node, Node.id == Delivery.node).group_by(group)


def _counts() -> tuple[ColumnElement[int], ...]:
    """Return the figures of `Reach`, in its order, of deliveries joined with their airing and node."""
    of_ms = planned_to_sound()
    heard = case((Delivery.heard_ms < of_ms, Delivery.heard_ms), else_=of_ms)
    sounds_again = and_(Node.online, Node.sounding == Delivery.airing)
    conditions = (
        Delivery.rung >= int(DeliveryStage.FETCHED),
        Delivery.rung >= int(DeliveryStage.STARTED),
        heard_whole(),
        Delivery.rung >= int(DeliveryStage.FINISHED),
        and_(Delivery.rung == int(DeliveryStage.STARTED), or_(Delivery.reason.is_(None), sounds_again)),
    )
    sums = (func.coalesce(func.sum(heard), 0), func.coalesce(func.sum(of_ms), 0))
    return (func.count(), *counted(conditions), *sums)


@dataclass(frozen=True, slots=True)
class StartSpread:
    """How far from the planned instant nodes began, of those that began at the beginning; milliseconds."""

    nodes: int
    p50: float
    p99: float
    max: float


def start_spread(session: Session, airing_id: AiringId) -> StartSpread | None:
    """Return the spread of the starts by the nodes' own receipts, or None when nobody began on time.

    Late starters (they began in the middle of the recording) are counted by reach, not here.
    """
    airing = get_airing(session, airing_id)
    query = (
        select(Delivery.started_at, Delivery.turn, func.count())
        .where(Delivery.airing == airing_id, Delivery.started_at.is_not(None), Delivery.start_offset_ms == 0)
        # receipts count milliseconds: thousands of starts are a few instants
        .group_by(Delivery.started_at, Delivery.turn)
    )
    rows = session.execute(query).all()
    found = [(_away_ms(turn_start(airing, turn), at), count) for at, turn, count in rows if at is not None]
    return _spread([away for away, count in found for _ in range(count)])


def spread_of(planned: datetime, starts: Sequence[datetime]) -> StartSpread | None:
    """Return the percentiles (nearest rank) of |start - planned|; pure."""
    return _spread([_away_ms(planned, start) for start in starts])


def _away_ms(planned: datetime, start: datetime) -> float:
    return abs((start - planned).total_seconds()) * 1000


def _spread(away_ms: list[float]) -> StartSpread | None:
    if not away_ms:
        return None
    away = sorted(away_ms)

    def rank(percent: int) -> float:
        return round(away[max(0, -(-len(away) * percent // 100) - 1)], 3)

    return StartSpread(len(away), rank(50), rank(99), round(away[-1], 3))


def sound_end_of(airing: Airing) -> datetime:
    """Return when the sound of an airing ends, of its last turn; its start, if it has no recording yet."""
    return turn_start(airing, airing.turns - 1) + timedelta(milliseconds=airing.duration_ms or 0)


def turn_start(airing: Airing, turn: int) -> datetime:
    """Return when the nodes with that turn begin."""
    return airing.starts_at + timedelta(milliseconds=turn * airing.turn_ms)
