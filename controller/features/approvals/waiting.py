"""Bulletins that wait for an approver, and those that wait for others because the approver wrote them."""

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Bulletin, Revision
from controller.model.permissions import Act, Operator


def count_waiting(session: Session, operator: Operator, scope: Scope) -> int:
    """Return how many bulletins wait for this person's approval."""
    if not scope.may(operator, Act.APPROVE):
        return 0
    query = select(func.count()).select_from(Bulletin).where(waiting_for(operator, scope))
    return session.scalar(query) or 0


def waiting_for(operator: Operator, scope: Scope) -> ColumnElement[bool]:
    """Return the condition of bulletins that this person may approve: submitted, in the area, by others."""
    return and_(submitted_in(scope), not_(is_author(operator)))


def submitted_in(scope: Scope) -> ColumnElement[bool]:
    """Return the condition of bulletins that wait for an approver of the area, whoever wrote them."""
    waiting = Bulletin.state == BulletinState.SUBMITTED
    return waiting if scope.is_whole() else and_(waiting, Bulletin.area.in_(scope.seen))


def is_author(operator: Operator) -> ColumnElement[bool]:
    """Return the condition of bulletins that this person began, or whose newest wording is theirs."""
    wrote = (
        select(Revision.number)
        .where(Revision.bulletin == Bulletin.id, Revision.number == Bulletin.revision)
        .where(Revision.author == operator.id)
    )
    return or_(Bulletin.author == operator.id, wrote.exists())
