"""Reads of notices."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
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


def unread_counts(
    session: Session, kind: NoticeKind, people: Collection[OperatorId]
) -> dict[OperatorId, int]:
    """Return how many notices of a kind each of these people has not read; nobody who has none."""
    query = select(Notice.operator, func.count()).where(Notice.operator.in_(people), Notice.read_at.is_(None))
    rows = session.execute(query.where(Notice.kind == kind).group_by(Notice.operator))
    return {person: count for person, count in rows}  # noqa: C416 - typed rows
