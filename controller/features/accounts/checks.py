"""What must not exist of accounts; for the doctor."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.accounts.service import EXCLUDING
from controller.model.accounts import Account


def nobody_rules_and_approves(session: Session, _now: datetime) -> Iterator[str]:
    """Name accounts from before these roles excluded each other."""
    for account in session.scalars(select(Account).where(Account.disabled_at.is_(None))):
        if set(account.roles) >= EXCLUDING:
            yield f"operator {account.name}: approver and administrator in one; give one role to another"
