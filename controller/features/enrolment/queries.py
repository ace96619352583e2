"""Reads of codes by which nodes are enrolled."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.accounts.scope import Scope
from controller.model.fleet import EnrolmentCode, Node
from controller.store import one_read


@one_read
def visible_code(session: Session, scope: Scope, enrolment_id: str) -> EnrolmentCode:
    """Return the code; raise NotFound also if the person may not see it."""
    row = session.get(EnrolmentCode, enrolment_id)
    if row is None or row.area not in scope.seen:
        raise NotFound("Không có mã gắn cụm loa này.", code="enrolment.unknown")
    return row


@one_read
def free_name(session: Session, area: str) -> str:
    """Return the first free name of the pattern that the area's nodes have: loa-22366-3."""
    start = f"loa-{area}-"
    taken = set(session.scalars(select(Node.id).where(Node.id.startswith(start, autoescape=True))))
    taken |= set(session.scalars(select(EnrolmentCode.node).where(EnrolmentCode.area == area)))
    return next(name for n in range(1, len(taken) + 2) if (name := f"{start}{n}") not in taken)
