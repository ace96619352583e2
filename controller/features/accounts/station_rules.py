"""Rules of the station that administrators switch on: approvers sign by passkeys alone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import Conflict
from controller.features.accounts.key_retirement import retire_sealed_keys_of
from controller.features.accounts.queries import require, requires_passkeys
from controller.features.areas.queries import top_area
from controller.features.journal.service import record
from controller.features.notices.service import notify
from controller.model.accounts import Account, HeldKey, RuleName, StationRule
from controller.model.notices import NoticeKind
from controller.model.permissions import Act, Operator, OperatorRole
from controller.store import one_read
from devices.ids import Role

_FEW = 5


@one_read
def approvers_without_passkey(session: Session, now: datetime) -> list[Account]:
    """Return the approvers who could not sign if passkeys alone counted, by name."""
    trusted = (
        select(HeldKey.holder)
        .where(HeldKey.passkey.is_not(None), HeldKey.role == Role.APPROVER, HeldKey.in_key_set)
        .where(HeldKey.retired_at.is_(None), HeldKey.not_before <= now, HeldKey.not_after > now)
    )
    have = set(session.scalars(trusted))
    return [one for one in _approvers(session) if one.id not in have]


@dataclass(frozen=True, slots=True)
class PasskeyRuleShown:
    """Whether approvers must sign by passkeys alone, and who could not sign then."""

    is_on: bool
    lacking: list[Account]


@one_read
def passkey_rule(session: Session, now: datetime) -> PasskeyRuleShown:
    """Return the rule as an administrator sees it."""
    return PasskeyRuleShown(requires_passkeys(session), approvers_without_passkey(session, now))


def _approvers(session: Session) -> list[Account]:
    accounts = session.scalars(select(Account).where(Account.disabled_at.is_(None)).order_by(Account.name))
    return [one for one in accounts if OperatorRole.APPROVER in one.roles]


def require_passkeys(session: Session, *, by: Operator, now: datetime) -> None:
    """Have approvers sign by passkeys alone; Conflict while one of them has none that loudspeakers know.

    Their keys that a password opens are retired, so that loudspeakers do not trust them either, once nothing
    that they signed is in force and the key set is signed anew.
    """
    require(session, by, Act.RULE, top_area(session).code)
    if requires_passkeys(session):
        return
    if lacking := approvers_without_passkey(session, now):
        names = ", ".join(one.display_name for one in lacking[:_FEW])
        more = f" và {len(lacking) - _FEW} người khác" if len(lacking) > _FEW else ""
        raise Conflict(
            f"Chưa bật: {names}{more} chưa có khóa trên thiết bị mà loa đã biết nên sẽ không duyệt được. "
            "Hãy nhờ từng người gắn thiết bị ở trang Tài khoản, ký lại bộ khóa, rồi bật lại.",
            code="passkey.lacking",
            facts={"people": [one.name for one in lacking]},
        )
    session.add(StationRule(name=RuleName.PASSKEYS, since=now, by=by.id))
    for person in _approvers(session):
        retire_sealed_keys_of(session, person.id, Role.APPROVER, now=now)
    record(session, by, "passkeys.required", RuleName.PASSKEYS, now)
    _tell(session, "bật yêu cầu ký duyệt bằng khóa trên thiết bị; duyệt bằng mật khẩu thôi dùng", by, now)


def allow_passwords(session: Session, *, by: Operator, now: datetime) -> None:
    """Let approvers sign by passwords again; each gets such a key with a new password."""
    require(session, by, Act.RULE, top_area(session).code)
    rule = session.get(StationRule, RuleName.PASSKEYS)
    if rule is None:
        return
    session.delete(rule)
    record(session, by, "passkeys.not-required", RuleName.PASSKEYS, now)
    _tell(session, "thôi yêu cầu khóa trên thiết bị khi ký duyệt", by, now)


def _tell(session: Session, what: str, by: Operator, now: datetime) -> None:
    session.flush()
    active = session.scalars(select(Account).where(Account.disabled_at.is_(None))).all()
    told = {OperatorRole.ADMINISTRATOR, OperatorRole.APPROVER}
    people = {one.id for one in active if told & set(one.roles)} - {by.id}
    sentence = f"Đài vừa {what}. Người làm: {by.display_name}."
    notify(session, people, NoticeKind.ACCOUNT, RuleName.PASSKEYS, sentence, now=now)
