"""Notices that schedules end by their own rule: to the maker, once, a week before the last day."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from controller.features.notices.service import notify
from controller.features.schedules.queries import next_occurrences, occurrences_of, own_days
from controller.model.bulletins import Bulletin
from controller.model.local_time import ZONE
from controller.model.notices import Notice, NoticeKind
from controller.model.schedule_states import ScheduleState
from controller.model.schedules import Schedule

AHEAD: Final = timedelta(days=7)
"""Time to ask who wants it to go on, and to write and approve the next text."""
SHORT: Final = timedelta(days=14)
"""A schedule that lasts no longer than this needs no reminder: its end was chosen days ago."""


def tell_of_schedules(session: Session, *, now: datetime) -> int:
    """Send notices about running schedules whose last occurrence is within `AHEAD`, once for each end."""
    ends = or_(Schedule.rule.contains("UNTIL="), Schedule.rule.contains("COUNT="))
    query = (
        select(Schedule, Bulletin.title)
        .join(Bulletin, Bulletin.id == Schedule.bulletin)
        .where(Schedule.state == ScheduleState.RUNNING, ends)
        .order_by(Schedule.id)
    )
    rows, own, told = session.execute(query).all(), own_days(session), 0
    for schedule, title in rows:
        left = occurrences_of(schedule, own, now, now + AHEAD)
        if not left or next_occurrences(schedule, own, now + AHEAD) or _was_told(session, schedule, now):
            continue
        last = max(one.starts_at for one in left)
        if last - schedule.created_at <= SHORT:
            continue
        sentence = (
            f"Lịch phát của «{title}» phát lần cuối ngày {last.astimezone(ZONE):%d/%m/%Y}, sau đó không phát "
            "nữa. Muốn phát tiếp thì mở lịch, bấm đổi và chọn ngày cuối khác."
        )
        notify(session, {schedule.created_by}, NoticeKind.SCHEDULE_ENDS, schedule.id, sentence, now=now)
        told += 1
    return told


def _was_told(session: Session, schedule: Schedule, now: datetime) -> bool:
    """Whether this end was told: within the last week, or it was put off since and comes again."""
    query = select(Notice.id).where(
        Notice.kind == NoticeKind.SCHEDULE_ENDS, Notice.subject == schedule.id, Notice.at > now - AHEAD
    )
    return session.scalars(query.limit(1)).first() is not None
