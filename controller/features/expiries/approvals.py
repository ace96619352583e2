"""Notices that approvals end: to their owners 30, 14 and 3 days ahead, and when they have ended.

Once, too, that an approval of before has no scope, so that loudspeakers refuse it.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.bulletins.in_force import approved_until
from controller.features.expiries.endings import tell_of_endings, was_notified
from controller.features.expiries.schedules import tell_of_schedules
from controller.features.notices.service import notify
from controller.features.plans.reliance import relied_upon
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Approved, Bulletin
from controller.model.local_time import ZONE
from controller.model.notices import NoticeKind

AHEAD = (timedelta(days=30), timedelta(days=14), timedelta(days=3), timedelta())
"""Time to find an approver who is away; a reminder; the last one; and that it has ended."""
_LATEST = timedelta(days=7)
"""So long after an end it is still notified: the station may have been off meanwhile."""

_LOG = logging.getLogger(__name__)


def tell_ahead(session: Session, *, now: datetime) -> None:
    """Send notices about everything that ends by date; called by a beat."""
    tell_of_endings(session, now=now)
    tell_of_approvals(session, now=now)
    tell_of_unscoped(session, now=now)
    tell_of_schedules(session, now=now)


def tell_of_approvals(session: Session, *, now: datetime) -> int:
    """Notify author, approver and planners of approvals in use that end, once for each of `AHEAD`."""
    until = approved_until()
    query = select(Bulletin.id, until).where(until > now - _LATEST, until <= now + AHEAD[0])
    ends = {bulletin: ends_at for bulletin, ends_at in session.execute(query) if ends_at is not None}
    told = 0
    for one in relied_upon(session, ends):
        ends_at = ends[one.bulletin]
        ahead = min(ahead for ahead in AHEAD if ends_at - ahead <= now)
        if was_notified(session, NoticeKind.APPROVAL_ENDS, one.bulletin, ends_at - ahead):
            continue
        day, left = ends_at.astimezone(ZONE).strftime("%d/%m/%Y"), (ends_at - now).days
        when = f"hết hiệu lực ngày {day}, còn {left} ngày" if ends_at > now else f"đã hết hiệu lực ngày {day}"
        sentence = (
            f"Phê duyệt của «{one.title}» {when}; sau đó loa không phát nữa ({one.in_words()}). "
            "Nội dung và âm thanh không đổi thì một cán bộ duyệt chỉ cần bấm duyệt lại."
        )
        notify(session, one.owners, NoticeKind.APPROVAL_ENDS, one.bulletin, sentence, now=now)
        _LOG.warning("approval of bulletin %s ends %s", one.bulletin, ends_at.isoformat())
        told += 1
    return told


def tell_of_unscoped(session: Session, *, now: datetime) -> int:
    """Notify the owners of what is in use and was approved without a scope, once after the upgrade."""
    query = (
        select(Bulletin.id, Approved.approved_at)
        .join(Approved, (Approved.bulletin == Bulletin.id) & (Approved.revision == Bulletin.revision))
        .where(Bulletin.state == BulletinState.APPROVED, Approved.grade.is_(None))
        .where(Approved.withdrawn_at.is_(None), Approved.expires_at > now)
    )
    approved = {bulletin: approved_at for bulletin, approved_at in session.execute(query)}  # noqa: C416 - typed rows
    told = 0
    for one in relied_upon(session, approved):
        if was_notified(session, NoticeKind.APPROVAL_VOID, one.bulletin, approved[one.bulletin]):
            continue
        sentence = (
            f"Loa không phát «{one.title}» nữa ({one.in_words()}): phê duyệt cũ chưa ghi nơi phát, mức phát. "
            "Nội dung và âm thanh không đổi thì một cán bộ duyệt chỉ cần bấm duyệt lại."
        )
        notify(session, one.owners, NoticeKind.APPROVAL_VOID, one.bulletin, sentence, now=now)
        _LOG.warning("approval of bulletin %s has no scope", one.bulletin)
        told += 1
    return told
