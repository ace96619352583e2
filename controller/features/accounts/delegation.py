"""Delegation: an absent approver lets another approver approve in an area, until a date."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotAllowed, NotFound
from controller.features.accounts.queries import held_key, require
from controller.features.journal.service import record
from controller.model.accounts import Account, Delegation
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator, OperatorId, OperatorRole
from controller.store import one_read, one_write
from devices.ids import AreaCode, Role

LONGEST = timedelta(days=92)
"""A leave, not a career: who needs longer gets the role itself."""


@one_write
def delegate_approval(
    session: Session, *, to: str, area: AreaCode, until: datetime, by: Operator, now: datetime
) -> Delegation:
    """Let another approver (by sign-in name) approve in an area of one's own, until an instant.

    The receiver signs with the own key: that is why it must be an approver. Author and approver still differ.
    A received delegation cannot be passed on.
    """
    if OperatorRole.APPROVER not in by.roles:
        raise NotAllowed("Chỉ cán bộ duyệt mới ủy quyền duyệt được.", code="delegation.not-approver")
    require(session, _without_loans(by), Act.APPROVE, area)
    if not now < until <= now + LONGEST:
        raise BadInput("Ngày hết hạn ủy quyền phải trong vòng ba tháng tới.", code="delegation.bad-end")
    receiver = session.scalars(select(Account).where(Account.name == to.strip().lower())).one_or_none()
    if receiver is None or receiver.disabled_at is not None:
        raise NotFound(f"Không có tài khoản «{to.strip()}».", code="operator.unknown")
    if receiver.id == by.id:
        raise Conflict("Không thể ủy quyền cho chính mình.", code="delegation.self")
    if OperatorRole.ADMINISTRATOR in receiver.roles:
        raise Conflict("Quản trị không nhận ủy quyền duyệt được.", code="delegation.administrator")
    if OperatorRole.APPROVER not in receiver.roles or not held_key(session, receiver.id, Role.APPROVER, now):
        raise Conflict(
            "Người nhận phải là cán bộ duyệt có khóa ký còn hiệu lực.", code="delegation.not-approver"
        )
    row = Delegation(
        id=new_id(now), giver=by.id, receiver=receiver.id, area=area, created_at=now, until=until
    )
    session.add(row)
    session.flush()
    detail = {"to": receiver.id, "area": area, "until": until.isoformat()}
    record(session, by, "approval.delegated", row.id, now, detail=detail)
    return row


@one_write
def end_delegation(session: Session, delegation_id: str, *, by: Operator, now: datetime) -> None:
    """End a delegation early; by giver, receiver or administrator. Repeating it changes nothing."""
    row = session.get(Delegation, delegation_id, with_for_update=True)
    if row is None:
        raise NotFound("Không có ủy quyền này.", code="delegation.unknown")
    if by.id not in {row.giver, row.receiver}:
        require(session, by, Act.RULE, row.area)
    if row.ended_at is None:
        row.ended_at = now
        record(session, by, "approval.delegation-ended", row.id, now)


@one_read
def delegations_of(session: Session, operator: OperatorId, now: datetime) -> Sequence[Delegation]:
    """Return the delegations in force that the person gave or received, sorted by end."""
    query = (
        select(Delegation)
        .where(or_(Delegation.giver == operator, Delegation.receiver == operator))
        .where(Delegation.ended_at.is_(None), Delegation.until > now)
        .order_by(Delegation.until, Delegation.id)
    )
    return session.scalars(query).all()


def _without_loans(by: Operator) -> Operator:
    return Operator(by.id, by.name, by.display_name, by.roles, by.area, acts=by.acts)
