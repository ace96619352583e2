"""Writes of notices: sending and marking as read."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.journal.service import record
from controller.features.notices.outbox import Ringing, drop, drop_about, post
from controller.model.new_ids import new_id
from controller.model.notice_ways import NoticeMessage
from controller.model.notices import Notice, NoticeId, NoticeKind
from controller.model.permissions import Operator, OperatorId
from controller.store import one_write

ACKNOWLEDGED: Final = timedelta(minutes=2)
"""So long nobody is rung after somebody said to see to it; if it then still waits, ringing goes on. Each
person can say so once, so that nobody can keep a call silent."""


def notify(
    session: Session,
    operators: Iterable[OperatorId],
    kind: NoticeKind,
    subject: str,
    sentence: str,
    *,
    now: datetime,
    ringing: Ringing | None = None,
) -> None:
    """Notify each person once; called in the transaction of an act, which writes the journal.

    The outbox gets a message for each device or address that wants such notices; `ringing`: several each.
    """
    notices = [
        Notice(
            id=NoticeId(new_id(now)),
            operator=operator,
            kind=kind,
            subject=subject,
            sentence=sentence,
            at=now,
        )
        for operator in sorted(set(operators))
    ]
    session.add_all(notices)
    session.flush()
    post(session, notices, now=now, ringing=ringing)


def take_back(session: Session, kind: NoticeKind, subject: str, word: str, *, now: datetime) -> int:
    """Close what was told of a subject and holds no more: `word` is added to it, and it waits for nobody."""
    query = select(Notice).where(Notice.kind == kind, Notice.subject == subject, Notice.read_at.is_(None))
    open_ = session.scalars(query.with_for_update()).all()
    for notice in open_:
        notice.sentence = f"{notice.sentence} {word}"
        notice.read_at = now
    drop_about(session, kind, subject, now=now)
    return len(open_)


def reopen(
    session: Session, kind: NoticeKind, subject: str, sentence: str, *, since: datetime
) -> set[OperatorId]:
    """Have what was told of a subject since an instant hold again, unread; return to whom. It is not sent."""
    query = select(Notice).where(Notice.kind == kind, Notice.subject == subject, Notice.at >= since)
    found = session.scalars(query.with_for_update()).all()
    for notice in found:
        notice.sentence, notice.read_at = sentence, None
    return {notice.operator for notice in found}


@one_write
def read_notice(session: Session, notice_id: NoticeId, *, by: Operator, now: datetime) -> None:
    """Mark a person's notice as read; NotFound for another person's. Repeating it changes nothing."""
    notice = session.get(Notice, notice_id, with_for_update=True)
    if notice is None or notice.operator != by.id:
        raise NotFound("Không có thông báo này.", code="notice.unknown")
    if notice.read_at is None:
        notice.read_at = now
        _quieten(session, [notice], now)
        record(session, by, "notice.read", notice_id, now)


@one_write
def read_notices(session: Session, *, by: Operator, now: datetime) -> int:
    """Mark all notices of a person as read; return how many were new."""
    query = select(Notice).where(Notice.operator == by.id, Notice.read_at.is_(None))
    marked = session.scalars(query.with_for_update()).all()
    for notice in marked:
        notice.read_at = now
    _quieten(session, marked, now)
    if marked:
        record(session, by, "notices.read", by.id, now, detail={"notices": len(marked)})
    return len(marked)


def _quieten(session: Session, read: Collection[Notice], now: datetime) -> None:
    """Send no more of what is known; of a call that waits, nothing to anybody for `ACKNOWLEDGED`.

    A webhook's message stays: no person sees to it there, and it comes once.
    """
    calls = [notice.subject for notice in read if notice.kind is NoticeKind.CALL_WAITS]
    others = [notice.id for notice in read if notice.kind is not NoticeKind.CALL_WAITS]
    if others:
        drop(session, NoticeMessage.notice.in_(others), now=now)
    if calls:
        about = (NoticeMessage.kind == NoticeKind.CALL_WAITS, NoticeMessage.subject.in_(calls))
        soon = NoticeMessage.due_at < now + ACKNOWLEDGED
        drop(session, *about, soon, NoticeMessage.notice.is_not(None), now=now)
