"""Notices of account changes, for the person concerned and the other administrators."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.areas.queries import area_tree
from controller.features.notices.service import notify
from controller.model.accounts import Account
from controller.model.notices import NoticeKind
from controller.model.permissions import Operator, OperatorRole

_ROLES = {
    OperatorRole.OFFICER: "cán bộ soạn tin",
    OperatorRole.APPROVER: "cán bộ duyệt",
    OperatorRole.TECHNICIAN: "kỹ thuật viên",
    OperatorRole.ADMINISTRATOR: "quản trị",
}


def role_words(roles: Collection[str]) -> str:
    """Return “cán bộ soạn tin, kỹ thuật viên”."""
    return ", ".join(word for role, word in _ROLES.items() if role in roles) or "không có"


def tell_of_account(
    session: Session, account: Account, what: str, *, by: Operator | None, now: datetime, who: str = ""
) -> None:
    """Send notices of an account change; the person who made the change gets none.

    `who`: who made it, in words, where that is no person.
    """
    session.flush()
    lineage = area_tree(session).lineage(account.area)
    active = session.scalars(select(Account).where(Account.disabled_at.is_(None))).all()
    administrators = {
        one.id for one in active if OperatorRole.ADMINISTRATOR in one.roles and one.area in lineage
    }
    is_new = account.created_at == now  # a new person learns of the account with the password
    people = administrators | {account.id}
    people -= {account.id if is_new else None, by.id if by is not None else None}
    who = by.display_name if by is not None else who or "người có quyền trên máy chủ"
    sentence = f"Tài khoản {account.display_name} ({account.name}) {what}. Người làm: {who}."
    notify(session, people, NoticeKind.ACCOUNT, account.id, sentence, now=now)
