"""What an approval sets going: the first sound, the schedules, where, and from how many loudspeakers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.schedules.sentences import rule_sentence
from controller.model.airing_states import AiringState
from controller.model.airings import Airing, Target
from controller.model.bulletin_states import BulletinId
from controller.model.fleet import Node
from controller.model.schedule_states import ScheduleState
from controller.model.schedules import Schedule, ScheduleTarget
from devices.ids import AreaCode
from schedules.icalendar import from_text
from schedules.recurrence import Once


@dataclass(frozen=True, slots=True)
class Repeat:
    """A running schedule in a sentence; an endless one goes on until somebody ends it."""

    sentence: str
    is_endless: bool


@dataclass(frozen=True, slots=True)
class SetsGoing:
    """What waits for the approval of one bulletin; `where` is empty where nothing is planned."""

    first_at: datetime | None = None
    repeats: tuple[Repeat, ...] = ()
    where: str = ""
    nodes: int = 0


def sets_going(session: Session, scope: Scope, wanted: Collection[BulletinId]) -> dict[BulletinId, SetsGoing]:
    """Return what each of the bulletins sets going once it is approved."""
    firsts, repeats, areas = _firsts(session, wanted), _repeats(session, wanted), _areas(session, wanted)
    nodes = _nodes(session) if areas else {}
    return {
        one: SetsGoing(
            firsts.get(one),
            repeats.get(one, ()),
            scope.where(sorted(areas[one])) if one in areas else "",
            sum(nodes.get(area, 0) for area in scope.tree.below(areas.get(one, ()))),
        )
        for one in wanted
    }


def _firsts(session: Session, wanted: Collection[BulletinId]) -> dict[BulletinId, datetime]:
    query = (
        select(Airing.bulletin, func.min(Airing.starts_at))
        .where(Airing.bulletin.in_(wanted), Airing.state == AiringState.PLANNED)
        .group_by(Airing.bulletin)
    )
    return {bulletin: at for bulletin, at in session.execute(query)}  # noqa: C416 - a typed dict from typed rows


def _repeats(session: Session, wanted: Collection[BulletinId]) -> dict[BulletinId, tuple[Repeat, ...]]:
    query = (
        select(Schedule)
        .where(Schedule.bulletin.in_(wanted), Schedule.state == ScheduleState.RUNNING)
        .order_by(Schedule.created_at)
    )
    found: dict[BulletinId, tuple[Repeat, ...]] = {}
    for row in session.scalars(query):
        rule = from_text(row.rule)
        is_endless = rule.last is None and rule.times is None and not isinstance(rule, Once)
        one = Repeat(rule_sentence(rule, row.skips), is_endless)
        found[row.bulletin] = (*found.get(row.bulletin, ()), one)
    return found


def _areas(session: Session, wanted: Collection[BulletinId]) -> dict[BulletinId, set[AreaCode]]:
    """Return the areas that the planned airings and the running schedules of each bulletin name."""
    aired = (
        select(Airing.bulletin, Target.area)
        .join(Target, Target.airing == Airing.id)
        .where(Airing.bulletin.in_(wanted), Airing.state == AiringState.PLANNED)
    )
    scheduled = (
        select(Schedule.bulletin, ScheduleTarget.area)
        .join(ScheduleTarget, ScheduleTarget.schedule == Schedule.id)
        .where(Schedule.bulletin.in_(wanted), Schedule.state == ScheduleState.RUNNING)
    )
    found: dict[BulletinId, set[AreaCode]] = {}
    for bulletin, area in session.execute(aired.union(scheduled)):
        found.setdefault(bulletin, set()).add(area)
    return found


def _nodes(session: Session) -> dict[AreaCode, int]:
    query = select(Node.area, func.count()).where(Node.retired_at.is_(None)).group_by(Node.area)
    return {area: nodes for area, nodes in session.execute(query)}  # noqa: C416 - a typed dict from typed rows
