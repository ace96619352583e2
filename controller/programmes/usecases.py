"""Writes of schedules: laying one down, making its occurrences, ending it."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from controller.airings.ending import cancel_airings_of
from controller.airings.timing import LATEST_AFTER
from controller.airings.usecases import DEFAULT_VOLUME, check_sound, check_targets, plan_airing
from controller.areas.queries import area_tree
from controller.bulletins.lifecycle import BulletinId, BulletinState
from controller.bulletins.queries import get_bulletin
from controller.errors import BadInput, LoaError
from controller.journal.usecases import record
from controller.operators.permissions import Act, Operator
from controller.operators.queries import get_operator, require
from controller.programmes.lifecycle import Action, ScheduleId, ScheduleState, after
from controller.programmes.queries import get_schedule, running_schedules, targets_of_schedule
from controller.programmes.tables import Occurrence, Schedule, ScheduleTarget
from controller.store.ids import new_id
from devices.messages import AiringId, AreaCode, Grade
from schedules.recurrence import Recurrence, from_text, occurrences, to_text

AHEAD = timedelta(days=7)
"""Occurrences are made a week ahead: an officer sees them, and a day without the station loses none."""


def schedule_bulletin(
    session: Session,
    bulletin_id: BulletinId,
    *,
    areas: Collection[AreaCode],
    rule: Recurrence,
    by: Operator,
    now: datetime,
    grade: Grade = Grade.ROUTINE,
    volume: int = DEFAULT_VOLUME,
    latest_after: timedelta | None = None,
) -> Schedule:
    """Lay down that a bulletin is aired by a repeating rule; those of the next days are made at once."""
    bulletin = get_bulletin(session, bulletin_id)
    tree = area_tree(session)
    check_targets(session, tree, areas, grade, by)
    check_sound(bulletin, grade, volume)
    if not occurrences(rule, now, now + timedelta(days=366)):
        raise BadInput("Lịch phát này không có lần nào trong một năm tới.", code="schedule.never")
    schedule = Schedule(
        id=ScheduleId(new_id(now)),
        bulletin=bulletin_id,
        state=ScheduleState.RUNNING,
        rule=to_text(rule),
        latest_after_s=int((latest_after or LATEST_AFTER[grade]).total_seconds()),
        grade=grade,
        volume=volume,
        created_by=by.id,
        created_at=now,
        made_until=now,
    )
    session.add(schedule)
    session.flush()
    targets = tree.outermost(areas)
    session.execute(insert(ScheduleTarget), [{"schedule": schedule.id, "area": area} for area in targets])
    record(
        session, by, "schedule.made", schedule.id, now, detail={"rule": schedule.rule, "areas": list(targets)}
    )
    _make(session, schedule, by, now + AHEAD, now)
    return schedule


def make_occurrences(session: Session, *, until: datetime, now: datetime) -> list[AiringId]:
    """Make every schedule's occurrences up to an instant, each exactly once; what is past is not made up for.

    A schedule whose bulletin was withdrawn, or whose maker may no longer air there, ends.
    """
    made: list[AiringId] = []
    for schedule in running_schedules(session):
        if schedule.made_until >= until:
            continue
        locked = get_schedule(session, schedule.id, lock=True)
        bulletin = get_bulletin(session, locked.bulletin)
        try:
            if bulletin.state is BulletinState.WITHDRAWN:
                _end(session, locked, None, now)
            else:
                made += _make(session, locked, get_operator(session, locked.created_by), until, now)
        except LoaError as error:
            _end(session, locked, None, now, error.sentence)
    return made


def end_schedule(session: Session, schedule_id: ScheduleId, *, by: Operator, now: datetime) -> None:
    """End a schedule and stop what of it is still to be heard."""
    schedule = get_schedule(session, schedule_id, lock=True)
    require(session, by, Act.STOP, *targets_of_schedule(session, schedule_id))
    _end(session, schedule, by, now)
    reason = "Lịch phát đã kết thúc."
    cancel_airings_of(session, schedule.bulletin, reason=reason, by=by, now=now, schedule=schedule_id)


def _make(
    session: Session, schedule: Schedule, by: Operator, until: datetime, now: datetime
) -> list[AiringId]:
    since = max(schedule.made_until, now)
    done = set(session.scalars(select(Occurrence.starts_at).where(Occurrence.schedule == schedule.id)))
    areas = targets_of_schedule(session, schedule.id)
    made: list[AiringId] = []
    for starts_at in occurrences(from_text(schedule.rule), since, until):
        if starts_at in done:
            continue
        airing = plan_airing(
            session,
            schedule.bulletin,
            areas=areas,
            starts_at=starts_at,
            latest_start_at=starts_at + timedelta(seconds=schedule.latest_after_s),
            grade=schedule.grade,
            volume=schedule.volume,
            schedule=schedule.id,
            by=by,
            now=now,
        )
        session.add(Occurrence(schedule=schedule.id, starts_at=starts_at, airing=airing.id))
        made.append(airing.id)
    schedule.made_until = max(schedule.made_until, until)
    session.flush()
    return made


def _end(
    session: Session, schedule: Schedule, by: Operator | None, now: datetime, reason: str | None = None
) -> None:
    schedule.state = after(schedule.state, Action.END)
    schedule.ended_at = now
    record(session, by, "schedule.ended", schedule.id, now, detail={"reason": reason} if reason else None)
