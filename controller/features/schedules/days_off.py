"""Writes of the province's own list of days off; schedules that use it are updated automatically."""

from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from controller.errors import BadInput, NotFound
from controller.features.accounts.queries import require
from controller.features.areas.queries import top_area
from controller.features.journal.service import record
from controller.features.schedules.occurrence_making import make_occurrences
from controller.model.permissions import Act, Operator
from controller.model.schedule_states import ScheduleState
from controller.model.schedules import LONGEST_DAY_NAME, OwnDay, Schedule
from controller.store import one_write
from schedules.public_holidays import public_holiday

FIRST_YEAR, LAST_YEAR = 2000, 2100


@one_write
def set_day_off(
    session: Session, day: date, *, name: str, by: Operator, now: datetime, off: bool = True
) -> OwnDay:
    """Put a day on the list, or say it anew; `off` False: a public holiday on which is aired as usual.

    Airings of that day that have not begun are cancelled with the day's name as their reason, and made again
    when the day is removed from the list.
    """
    _require_rule(session, by)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_DAY_NAME:
        raise BadInput("Hãy ghi tên ngày nghỉ, không quá 200 ký tự.", code="day-off.name")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadInput(f"Năm phải từ {FIRST_YEAR} đến {LAST_YEAR}.", code="day-off.year")
    if not off and public_holiday(day) is None:
        raise BadInput(
            f"Ngày {day:%d/%m/%Y} không phải ngày lễ nên vẫn phát như thường.", code="day-off.no-holiday"
        )
    row = session.merge(OwnDay(day=day, name=name, off=off, created_by=by.id, created_at=now))
    _follow(session, now)
    record(session, by, "day_off.set", day.isoformat(), now, detail={"name": name, "off": off})
    return row


@one_write
def remove_day_off(session: Session, day: date, *, by: Operator, now: datetime) -> None:
    """Remove a day from the list; the public holidays apply to it again."""
    _require_rule(session, by)
    row = session.get(OwnDay, day, with_for_update=True)
    if row is None:
        raise NotFound("Ngày này không có trong danh sách của tỉnh.", code="day-off.unknown")
    session.delete(row)
    _follow(session, now)
    record(session, by, "day_off.removed", day.isoformat(), now, detail={"name": row.name, "off": row.off})


def _require_rule(session: Session, by: Operator) -> None:
    require(session, by, Act.RULE, top_area(session).code)


def _follow(session: Session, now: datetime) -> None:
    """Mark all schedules that use days off for a new comparison: some now, the rest by the next beats."""
    session.flush()
    session.execute(
        update(Schedule)
        .where(Schedule.state == ScheduleState.RUNNING, Schedule.days_off.is_(True))
        .values(next_at=now)
    )
    make_occurrences(session, now=now)
