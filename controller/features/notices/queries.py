"""Reads of notices."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.model.notices import Notice, NoticeKind
from controller.model.permissions import OperatorId
from controller.store import one_read


@one_read
def notices_of(
    session: Session, operator: OperatorId, *, unread: bool = False, limit: int = 100
) -> Sequence[Notice]:
    """Return a person's notices, newest first."""
    query = (
        select(Notice)
        .where(Notice.operator == operator)
        .order_by(Notice.at.desc(), Notice.id.desc())
        .limit(limit)
    )
    return session.scalars(query.where(Notice.read_at.is_(None)) if unread else query).all()


def unread_about(session: Session, kind: NoticeKind, subject: str) -> set[OperatorId]:
    """Return the people with an unread notice of this kind on a subject."""
    query = select(Notice.operator).where(Notice.kind == kind, Notice.subject == subject)
    return set(session.scalars(query.where(Notice.read_at.is_(None))))
