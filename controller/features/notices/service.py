"""Writes of notices: sending and marking as read."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.journal.service import record
from controller.model.new_ids import new_id
from controller.model.notices import Notice, NoticeId, NoticeKind
from controller.model.permissions import Operator, OperatorId
from controller.store import one_write


def notify(
    session: Session,
    operators: Iterable[OperatorId],
    kind: NoticeKind,
    subject: str,
    sentence: str,
    *,
    now: datetime,
) -> None:
    """Notify each person once; called in the transaction of an act, which writes the journal."""
    for operator in sorted(set(operators)):
        session.add(
            Notice(
                id=NoticeId(new_id(now)),
                operator=operator,
                kind=kind,
                subject=subject,
                sentence=sentence,
                at=now,
            )
        )
    session.flush()


def take_back(session: Session, kind: NoticeKind, subject: str, word: str, *, now: datetime) -> int:
    """Close what was told of a subject and holds no more: `word` is added to it, and it waits for nobody."""
    query = select(Notice).where(Notice.kind == kind, Notice.subject == subject, Notice.read_at.is_(None))
    open_ = session.scalars(query.with_for_update()).all()
    for notice in open_:
        notice.sentence = f"{notice.sentence} {word}"
        notice.read_at = now
    return len(open_)


@one_write
def read_notice(session: Session, notice_id: NoticeId, *, by: Operator, now: datetime) -> None:
    """Mark a person's notice as read; NotFound for another person's. Repeating it changes nothing."""
    notice = session.get(Notice, notice_id, with_for_update=True)
    if notice is None or notice.operator != by.id:
        raise NotFound("Không có thông báo này.", code="notice.unknown")
    if notice.read_at is None:
        notice.read_at = now
        record(session, by, "notice.read", notice_id, now)


@one_write
def read_notices(session: Session, *, by: Operator, now: datetime) -> int:
    """Mark all notices of a person as read; return how many were new."""
    marked = session.execute(
        update(Notice)
        .where(Notice.operator == by.id, Notice.read_at.is_(None))
        .values(read_at=now)
        .returning(Notice.id)
    ).all()
    if marked:
        record(session, by, "notices.read", by.id, now, detail={"notices": len(marked)})
    return len(marked)
