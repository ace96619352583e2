"""An administrator's changes to existing accounts: reopen, new password, other roles, other area."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from controller.errors import Conflict, NotFound
from controller.features.accounts.key_retirement import retire_keys_of, retire_sealed_keys_of
from controller.features.accounts.notifications import role_words, tell_of_account
from controller.features.accounts.passwords import NewPassword, hashed
from controller.features.accounts.queries import has_administrator, held_key, require
from controller.features.accounts.service import (
    KEYED,
    check_new_password,
    check_not_oneself,
    check_roles,
    end_ways_in,
    keyed_roles,
    make_key,
)
from controller.features.areas.queries import get_area
from controller.features.journal.service import record
from controller.model.accounts import Account, SignedIn
from controller.model.permissions import Act, Operator, OperatorId, OperatorRole
from devices.ids import AreaCode, Role


def enable_operator(session: Session, operator: OperatorId, *, by: Operator | None, now: datetime) -> None:
    """Reopen a closed account. Its keys stay retired; setting a new password makes new keys."""
    account = _account(session, operator, by)
    if account.disabled_at is None:
        raise Conflict("Tài khoản này đang mở.", code="operator.enabled")
    account.disabled_at = None
    record(session, by, "operator.enabled", operator, now)
    tell_of_account(session, account, "được mở lại", by=by, now=now)


def reset_password(
    session: Session, operator: OperatorId, password: NewPassword, *, by: Operator | None, now: datetime
) -> bool:
    """Set a new password; return whether the key set must be signed again.

    Keys sealed by the forgotten password cannot be opened any more: they are retired and replaced. What
    they signed stays good; passkeys stay. The person has to choose another password at the next sign-in.
    """
    account = _account(session, operator, by)
    check_not_oneself(account, by)
    check_new_password(session, password, account.name, account.display_name)
    chosen = hashed(password)
    account.password_hash = chosen.hash
    account.first_password = True
    retire_sealed_keys_of(session, operator, now=now)
    keyed = keyed_roles(account.operator().roles)
    for role in keyed:
        make_key(session, operator, role, chosen.sealing, now)
    end_ways_in(session, operator, now)
    record(session, by, "operator.password-reset", operator, now)
    tell_of_account(session, account, "được cấp mật khẩu mới", by=by, now=now)
    return bool(keyed)


def set_roles(
    session: Session,
    operator: OperatorId,
    roles: Collection[OperatorRole],
    *,
    by: Operator | None,
    now: datetime,
    who: str = "",
) -> bool:
    """Change a person's roles; return whether a key is missing, which needs a new password.

    `who`: whoever does it, in words, where that is no person.

    A caller's key that is missing is made at the next sign-in.

    Keys of removed roles are retired; what they signed stays valid. The person's sessions end.
    """
    check_roles(roles)
    account = _account(session, operator, by)
    check_not_oneself(account, by)
    before = account.operator().roles
    account.roles = sorted(OperatorRole(role) for role in roles)
    session.flush()
    if OperatorRole.ADMINISTRATOR in before and not has_administrator(session):
        raise Conflict("Đài phải còn ít nhất một quản trị.", code="operator.last-administrator")
    for key_role in {*KEYED.values()} - {*keyed_roles(roles)}:
        retire_keys_of(session, operator, key_role, now=now)
    _end_sessions(session, operator)
    detail = {"roles": list(account.roles), "before": sorted(before)}
    record(session, by, "operator.roles-changed", operator, now, detail=detail)
    changed = f"đổi vai trò: {role_words(before)} → {role_words(roles)}"
    tell_of_account(session, account, changed, by=by, now=now, who=who)
    missing = {role for role in keyed_roles(roles) if held_key(session, operator, role, now) is None}
    return bool(missing - {Role.CALLER})


def move_operator(
    session: Session,
    operator: OperatorId,
    area: AreaCode,
    *,
    by: Operator | None,
    now: datetime,
    who: str = "",
) -> None:
    """Move a person's roles to another area; the sessions end.

    The person's keys sign there once the key set is signed again.
    """
    account = _account(session, operator, by)
    get_area(session, area)
    if by is not None:
        require(session, by, Act.RULE, area)
    before, account.area = account.area, area
    _end_sessions(session, operator)
    record(session, by, "operator.moved", operator, now, detail={"area": area, "from": before})
    tell_of_account(session, account, "được chuyển sang địa bàn khác", by=by, now=now, who=who)


def _account(session: Session, operator: OperatorId, by: Operator | None) -> Account:
    account = session.get(Account, operator, with_for_update=True)
    if account is None:
        raise NotFound("Không có tài khoản này.", code="operator.unknown")
    if by is not None:
        require(session, by, Act.RULE, account.area)
    return account


def _end_sessions(session: Session, operator: OperatorId) -> None:
    session.execute(delete(SignedIn).where(SignedIn.operator == operator))
