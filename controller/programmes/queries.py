"""Reads of schedules."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.programmes.lifecycle import ScheduleId, ScheduleState
from controller.programmes.tables import Schedule, ScheduleTarget
from devices.messages import AreaCode


def get_schedule(session: Session, schedule_id: ScheduleId, *, lock: bool = False) -> Schedule:
    """Return the schedule, or raise NotFound."""
    schedule = session.get(Schedule, schedule_id, with_for_update=lock or None)
    if schedule is None:
        raise NotFound("Không có lịch phát này.", code="schedule.unknown")
    return schedule


def targets_of_schedule(session: Session, schedule_id: ScheduleId) -> tuple[AreaCode, ...]:
    """Return the areas that a schedule's airings are meant for, by code."""
    query = select(ScheduleTarget.area).where(ScheduleTarget.schedule == schedule_id)
    return tuple(session.scalars(query.order_by(ScheduleTarget.area)))


def running_schedules(session: Session) -> Sequence[Schedule]:
    """Return the schedules that still make occurrences, oldest first."""
    query = select(Schedule).where(Schedule.state == ScheduleState.RUNNING).order_by(Schedule.id)
    return session.scalars(query).all()
