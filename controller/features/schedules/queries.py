"""Reads of schedules, their occurrences, and the province's days off."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.accounts.queries import get_operator, sees
from controller.features.airings.consent import (
    ConsentStanding,
    answering_communes,
    asked_communes,
    standing_of,
)
from controller.features.areas.queries import area_tree
from controller.model.airings import Answer
from controller.model.bulletin_states import BulletinId
from controller.model.bulletins import Bulletin, Recording, Rendering
from controller.model.permissions import Operator
from controller.model.row_versions import version_of
from controller.model.schedule_states import ScheduleId, ScheduleState
from controller.model.schedules import Occurrence, OwnDay, Schedule, ScheduleTarget
from devices.ids import AiringId, AreaCode, Grade
from schedules.icalendar import from_text, to_text
from schedules.recurrence import Dated, Recurrence, dated
from schedules.skips import DayOff, OwnDays, Skips, why_skipped

_STRETCHES = tuple(timedelta(days=days) for days in (8, 32, 128, 400))
"""Stretches that are looked through for a next occurrence: most rules have one within a week."""
LOOKED_AHEAD = _STRETCHES[-1]
_MOST_TO_COME = 500


def get_schedule(session: Session, schedule_id: ScheduleId, *, lock: bool = False) -> Schedule:
    """Return the schedule, or raise NotFound; `lock`: hold a row lock until the transaction ends."""
    schedule = session.get(Schedule, schedule_id, with_for_update=lock or None, populate_existing=lock)
    if schedule is None:
        raise NotFound("Không có lịch phát này.", code="schedule.unknown")
    return schedule


def targets_of_schedule(session: Session, schedule_id: ScheduleId) -> tuple[AreaCode, ...]:
    """Return the target areas of a schedule's airings, sorted by code."""
    return targets_of_schedules(session, [schedule_id]).get(schedule_id, ())


def targets_of_schedules(
    session: Session, schedule_ids: Collection[ScheduleId]
) -> dict[ScheduleId, tuple[AreaCode, ...]]:
    """Return the target areas of each schedule, sorted by code."""
    found: dict[ScheduleId, tuple[AreaCode, ...]] = {}
    query = select(ScheduleTarget).where(ScheduleTarget.schedule.in_(schedule_ids))
    for target in session.scalars(query.order_by(ScheduleTarget.area)):
        found[target.schedule] = (*found.get(target.schedule, ()), target.area)
    return found


def schedules_for(
    session: Session, areas: Collection[AreaCode], *, limit: int, state: ScheduleState | None = None
) -> Sequence[Schedule]:
    """Return the schedules meant for any of the areas, newest first."""
    meant = select(ScheduleTarget.schedule).where(ScheduleTarget.area.in_(areas))
    query = select(Schedule).where(Schedule.id.in_(meant)).order_by(Schedule.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Schedule.state == state)
    return session.scalars(query).all()


def due_schedules(session: Session, until: datetime, most: int) -> Sequence[Schedule]:
    """Return the schedules with airings to make before an instant, most urgent first, locked.

    Rows locked by another transaction are skipped.
    """
    query = (
        select(Schedule)
        .where(Schedule.state == ScheduleState.RUNNING, Schedule.next_at < until)
        .order_by(
            Schedule.next_at
        )  # by no other column: this is the order of the index, so many due rows need no sorting
        .limit(most)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def get_occurrence(session: Session, schedule_id: ScheduleId, original_at: datetime) -> Occurrence | None:
    """Return an occurrence by its original start, or None if no airing is made for it."""
    return session.get(Occurrence, (schedule_id, original_at))


def occurrence_of(session: Session, airing: AiringId) -> Occurrence | None:
    """Return the occurrence that an airing was made for; None if it has no schedule or was taken out."""
    return session.scalars(select(Occurrence).where(Occurrence.airing == airing)).one_or_none()


def airings_of_occurrences(
    session: Session, schedule: ScheduleId, originals: Collection[datetime]
) -> dict[datetime, AiringId | None]:
    """Return the airings that were made for occurrences of a schedule, by their original start."""
    query = select(Occurrence.original_at, Occurrence.airing).where(
        Occurrence.schedule == schedule, Occurrence.original_at.in_(originals)
    )
    return {original_at: airing for original_at, airing in session.execute(query)}  # noqa: C416 - typed rows


def airing_of_moved(session: Session, schedule: ScheduleId, original_at: datetime) -> AiringId | None:
    """Return the airing of an occurrence that this transaction has moved, or None if it has none."""
    session.expire_all()
    row = get_occurrence(session, schedule, original_at)
    return None if row is None else row.airing


def airings_to_come(session: Session, schedule_id: ScheduleId, now: datetime) -> frozenset[AiringId]:
    """Return the airings of a schedule's occurrences that start from now on."""
    query = select(Occurrence.airing).where(Occurrence.schedule == schedule_id, Occurrence.starts_at >= now)
    return frozenset(session.scalars(query))


def own_days(session: Session) -> OwnDays:
    """Return the province's list of days off and of public holidays that are not days off."""
    return {row.day: DayOff(row.name, row.off) for row in session.scalars(select(OwnDay))}


def own_days_between(session: Session, since: date, until: date) -> Sequence[OwnDay]:
    """Return the province's days from one date to another, both included, in order."""
    query = select(OwnDay).where(OwnDay.day >= since, OwnDay.day <= until).order_by(OwnDay.day)
    return session.scalars(query).all()


def occurrences_of(schedule: Schedule, own: OwnDays, since: datetime, until: datetime) -> tuple[Dated, ...]:
    """Return the occurrences of a schedule between two instants, without skipped days."""
    return dated_without_skips(from_text(schedule.rule), schedule.skips, own, since, until)


def dated_without_skips(
    rule: Recurrence, skips: Skips, own: OwnDays, since: datetime, until: datetime
) -> tuple[Dated, ...]:
    """Return the occurrences of a rule between two instants, without skipped days."""
    if skips == Skips():
        return dated(rule, since, until)
    return dated(rule, since, until, lambda day: why_skipped(day, skips, own) is None)


def occurrences_to_come(
    session: Session, heard: Collection[AreaCode], own: OwnDays, since: datetime, until: datetime
) -> list[tuple[Schedule, Dated]]:
    """Return the occurrences between two instants of the newest 500 running schedules for these areas."""
    if since >= until:
        return []
    rows = schedules_for(session, heard, limit=_MOST_TO_COME, state=ScheduleState.RUNNING)
    return [(row, one) for row in rows for one in occurrences_of(row, own, since, until)]


def next_occurrences(schedule: Schedule, own: OwnDays, since: datetime, most: int = 1) -> list[Dated]:
    """Return the first occurrences from an instant on, within the next 400 days."""
    found: list[Dated] = []
    for stretch in _STRETCHES:
        found = list(occurrences_of(schedule, own, since, since + stretch))
        if len(found) >= most:
            break
    return found[:most]


def recorded_ms(session: Session, bulletins: Collection[BulletinId]) -> dict[BulletinId, int]:
    """Return how long the newest wordings are that have a recording; one query."""
    if not bulletins:
        return {}
    rows = session.execute(_recorded(), {"bulletins": list(bulletins)})
    return {bulletin: length for bulletin, length in rows}  # noqa: C416 - typed rows


@cache
def _recorded() -> Select[BulletinId, int]:
    return (
        select(Bulletin.id, Recording.duration_ms)
        .join(Rendering, and_(Rendering.bulletin == Bulletin.id, Rendering.revision == Bulletin.revision))
        .join(Recording, Recording.id == Rendering.recording)
        .where(Bulletin.id.in_(bindparam("bulletins", expanding=True)))
    )


def version_of_schedule(schedule: Schedule) -> str:
    """Return the version that a change of the rule starts from, without changes of single occurrences."""
    rule = from_text(schedule.rule)
    rule = replace(rule, added=frozenset(), moved=frozenset(), cancelled=frozenset())
    return version_of(to_text(rule), schedule.days_off, schedule.only_lunar, schedule.never_lunar)


def visible_schedule(
    session: Session, by: Operator, schedule_id: str, *, lock: bool = False
) -> tuple[Schedule, tuple[AreaCode, ...]]:
    """Return the schedule with its target areas; raise NotFound also if the person may not see it."""
    row = get_schedule(session, ScheduleId(schedule_id), lock=lock)
    targets = targets_of_schedule(session, row.id)
    if not any(sees(session, by, area) for area in targets):
        raise NotFound("Lịch phát này không thuộc địa bàn của bạn.", code="schedule.unknown")
    return row, targets


def standing_of_schedule(session: Session, schedule: Schedule) -> ConsentStanding:
    """Return the communes' consent to all occurrences of a schedule; empty if no commune is asked."""
    if schedule.grade is not Grade.ROUTINE:
        return ConsentStanding()
    planner = get_operator(session, schedule.created_by).area
    targets = targets_of_schedule(session, schedule.id)
    asked = asked_communes(area_tree(session), targets, planner, answering_communes(session))
    rows = session.execute(select(Answer.area, Answer.agrees).where(Answer.schedule == schedule.id))
    return standing_of(asked, {area: agrees for area, agrees in rows})  # noqa: C416 - a typed dict from typed rows
