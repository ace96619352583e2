"""Checks for account states that must not exist; used by the doctor."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.accounts.service import EXCLUDING
from controller.model.accounts import Account

_ENABLED = select(Account).where(Account.disabled_at.is_(None))


def nobody_rules_and_approves(session: Session, _now: datetime) -> Iterator[str]:
    """Return accounts with roles that now exclude each other, made before that rule."""
    for account in session.scalars(_ENABLED):
        if set(account.roles) >= EXCLUDING:
            yield f"operator {account.name}: approver and administrator in one; give one role to another"
