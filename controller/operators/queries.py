"""Reads of people and their keys, and the one question that use cases ask before they act."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.areas.queries import area_tree
from controller.errors import NotAllowed, NotFound
from controller.operators.permissions import Act, Operator, OperatorId, can
from controller.operators.tables import Account, HeldKey
from devices.messages import AreaCode, Role


def get_operator(session: Session, operator_id: OperatorId) -> Operator:
    """Return the person, or raise NotFound."""
    account = session.get(Account, operator_id)
    if account is None:
        raise NotFound("Không có tài khoản này.", code="operator.unknown")
    return account.operator()


def operator_named(session: Session, name: str) -> Operator | None:
    """Return the person who signs in by that name, or None."""
    account = session.scalars(select(Account).where(Account.name == name.strip().lower())).one_or_none()
    return None if account is None else account.operator()


def operators(session: Session) -> Sequence[Account]:
    """Return all accounts by name."""
    return session.scalars(select(Account).order_by(Account.name)).all()


def require(session: Session, by: Operator, act: Act, *areas: AreaCode) -> None:
    """Raise NotAllowed unless the person may, now, as the account's row says at this moment."""
    account = session.get(Account, by.id, populate_existing=True)
    if account is None or account.disabled_at is not None:
        raise NotAllowed("Tài khoản này đã bị khóa.", code="operator.disabled")
    tree = area_tree(session)
    operator = account.operator()
    for area in areas:
        verdict = can(operator.roles, operator.area, act, tree.lineage(area))
        if not verdict.allowed:
            raise NotAllowed(verdict.sentence)


def held_key(session: Session, holder: OperatorId, role: Role, now: datetime) -> HeldKey | None:
    """Return the person's newest key of the role that is in force, or None."""
    query = (
        select(HeldKey)
        .where(HeldKey.holder == holder, HeldKey.role == role, HeldKey.revoked_at.is_(None))
        .where(HeldKey.not_before <= now, HeldKey.not_after > now)
        .order_by(HeldKey.not_before.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def keys_in_force(session: Session, now: datetime) -> Sequence[HeldKey]:
    """Return the keys that belong into a key set signed now, by name."""
    query = (
        select(HeldKey)
        .where(HeldKey.revoked_at.is_(None), HeldKey.not_after > now)
        .order_by(HeldKey.role, HeldKey.kid)
    )
    return session.scalars(query).all()
