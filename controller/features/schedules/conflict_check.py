"""Conflicts of a schedule's occurrences in the next two weeks, before it is saved or one is moved."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.airings.conflict_check import Asking, check_each_for_conflicts, foresight_shown
from controller.features.airings.conflicts import Foresight
from controller.features.areas.queries import area_tree
from controller.features.fleet.queries import facts_of
from controller.features.fleet.status import NodeStatus, status_of
from controller.features.schedules.queries import dated_without_skips, own_days
from controller.features.schedules.schemas import OccurrenceForeseen, ScheduleForesight
from controller.model.bulletin_states import BulletinId
from controller.model.fleet import Node
from controller.model.schedules import Schedule
from devices.ids import AiringId, AreaCode, Grade, NodeId
from schedules.recurrence import Dated, Recurrence
from schedules.skips import Skips

FORESEEN = timedelta(days=14)
"""As far as occurrences are made: what comes later is not planned yet, so nothing can be met."""
MOST_FORESEEN = 60
"""Occurrences that are looked at: a rule has one a day, and what a person added by hand."""
_AWAY = frozenset({NodeStatus.NEVER_SEEN, NodeStatus.OFFLINE, NodeStatus.SILENT})
_MOST_NAMED = 100
"""Nodes that are away and named; how many there are is said all the same."""


@dataclass(frozen=True, slots=True)
class RequestedSchedule:
    """The properties of each occurrence of a schedule."""

    bulletin: BulletinId
    areas: Collection[AreaCode]
    latest_after: timedelta
    grade: Grade
    volume: int

    def asking(self, starts_at: datetime) -> Asking:
        """Return one occurrence as a requested airing."""
        return Asking(self.areas, starts_at, starts_at + self.latest_after, self.grade, self.volume)


def requested_of(schedule: Schedule, areas: Collection[AreaCode]) -> RequestedSchedule:
    """Return the occurrence properties of a saved schedule."""
    patience = timedelta(seconds=schedule.latest_after_s)
    return RequestedSchedule(schedule.bulletin, areas, patience, schedule.grade, schedule.volume)


@dataclass(frozen=True, slots=True)
class Coming:
    """One occurrence with its conflicts."""

    original_at: datetime
    starts_at: datetime
    foresight: Foresight
    latest_start_at: datetime

    @property
    def is_forbidden(self) -> bool:
        """Whether policies leave no start, up to the latest one, at which it could play whole."""
        return self.foresight.is_forbidden(self.latest_start_at)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Conflicts of the occurrences in a period, and the nodes that are away now and would not play them."""

    until: datetime
    occurrences: tuple[Coming, ...] = ()
    nodes: int = 0
    away: tuple[NodeId, ...] = field(default=())

    @property
    def meeting(self) -> tuple[Coming, ...]:
        """Return the occurrences with conflicts."""
        return tuple(one for one in self.occurrences if one.foresight.conflicts)


def check_schedule_conflicts(
    session: Session,
    requested: RequestedSchedule,
    rule: Recurrence,
    skips: Skips,
    *,
    now: datetime,
    without: Collection[AiringId] = frozenset(),
) -> Outlook:
    """Return the conflicts of the occurrences in the next 14 days, at most 60 of them. Read-only.

    `without`: airings to ignore, made by the rule that is being replaced.
    """
    until = now + FORESEEN
    named = dated_without_skips(rule, skips, own_days(session), now, until)[:MOST_FORESEEN]
    return _outlook(session, requested, named, until=until, now=now, without=without)


def check_move_conflicts(
    session: Session,
    requested: RequestedSchedule,
    original_at: datetime,
    to: datetime,
    *,
    now: datetime,
    without: Collection[AiringId],
) -> Outlook:
    """Return the conflicts of one occurrence at another start, ignoring its present airing (`without`)."""
    return _outlook(session, requested, [Dated(to, original_at)], until=to, now=now, without=without)


def _outlook(
    session: Session,
    requested: RequestedSchedule,
    named: Sequence[Dated],
    *,
    until: datetime,
    now: datetime,
    without: Collection[AiringId] = frozenset(),
) -> Outlook:
    nodes, away = _away(session, requested.areas, now)
    if not named:
        return Outlook(until, (), nodes, away)
    askings = [requested.asking(one.starts_at) for one in named]
    found = check_each_for_conflicts(session, requested.bulletin, askings, without=without)
    coming = [
        Coming(one.original_at, one.starts_at, foresight, asking.latest_start_at)
        for one, asking, foresight in zip(named, askings, found, strict=True)
    ]
    return Outlook(until, tuple(coming), nodes, away)


def _away(session: Session, areas: Collection[AreaCode], now: datetime) -> tuple[int, tuple[NodeId, ...]]:
    """Return the number of nodes in use under the areas, and those of them that cannot be reached now."""
    query = select(Node).where(
        Node.area.in_(area_tree(session).below(areas)),
        Node.retired_at.is_(None),
        Node.quarantined_at.is_(None),
    )
    nodes = session.scalars(query.order_by(Node.area, Node.id)).all()
    return len(nodes), tuple(node.id for node in nodes if status_of(facts_of(node), now) in _AWAY)


def outlook_shown(outlook: Outlook) -> ScheduleForesight:
    """Return the outlook as JSON shows it."""
    occurrences = [
        OccurrenceForeseen.of(one, **dict(foresight_shown(one.foresight))) for one in outlook.occurrences
    ]
    away = list(outlook.away[:_MOST_NAMED])
    return ScheduleForesight.of(outlook, occurrences=occurrences, nodes_away=len(outlook.away), away=away)
