"""People whom an OpenID provider lets in: their accounts, roles by claim, linking; docs/accounts.md.

A person is known by issuer and subject together, never by a name or a mail address: those change hands.
"""

import re
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotAllowed, NotFound, NotSignedIn
from controller.features.accounts.administration import move_operator, set_roles
from controller.features.accounts.notifications import role_words, tell_of_account
from controller.features.accounts.provider_rules import Granted, granted, values_of
from controller.features.accounts.queries import require
from controller.features.accounts.second_factor import has_second_factor
from controller.features.accounts.service import NAME, check_roles, end_ways_in
from controller.features.accounts.sessions import open_session
from controller.features.journal.service import record
from controller.model.accounts import Account, ProviderIdentity
from controller.model.areas import Area
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator, OperatorId
from controller.model.plain_text import one_line, plain
from controller.model.provider import ProviderSaid, ProviderWay
from controller.store import RACED, Store, one_read, one_write

_LONGEST_NAME: Final = 30  # characters of a sign-in name, before a number that tells it from others
_LONGEST_SHOWN: Final = 200
_REFUSED: Final = (
    "Hệ thống của cơ quan không cấp cho tài khoản này vai trò nào ở đài. Đã có tài khoản của đài thì đăng "
    "nhập bằng mật khẩu rồi nối ở trang Tài khoản; chưa có thì báo quản trị."
)
_CLOSED: Final = "Tài khoản này đã bị khóa."


def enter_by_provider(
    store: Store, way: ProviderWay, said: ProviderSaid, *, address: str, now: datetime, fresh: bool
) -> str:
    """Return the token of a new session; NotSignedIn for whom the rules give nothing.

    A person with a second factor here has to give its code, too. `fresh`: the person has just signed in anew.
    """
    try:
        return _entered(store, way, said, address=address, now=now, fresh=fresh)
    except Conflict as error:
        if error.code != RACED:
            raise
        # two first sign-ins at once, at two processes: the account is there now, the code is used up
        return _entered(store, way, said, address=address, now=now, fresh=fresh)


def _entered(
    store: Store, way: ProviderWay, said: ProviderSaid, *, address: str, now: datetime, fresh: bool
) -> str:
    with store.write() as session:
        account, refusal = _account_of(session, way, said, now)
        if refusal is None and account is not None:
            return open_session(
                session,
                account,
                address,
                now,
                awaits_code=has_second_factor(session, account.id),
                ends_at=now + way.session,
                fresh_at=now if fresh else None,
            )
        if account is not None:  # known, and let in no more: what they had ends with this transaction
            end_ways_in(session, account.id, now)
            detail = {"address": address[:64], "issuer": said.issuer}
            record(session, account.operator(), "operator.provider-refused", account.id, now, detail=detail)
    raise refusal or NotSignedIn(_REFUSED, code="provider.no-role")


@one_read
def identity_of(session: Session, operator: OperatorId) -> ProviderIdentity | None:
    """Return by whom else the person is let in; None: by the own password alone."""
    return session.scalars(
        select(ProviderIdentity).where(ProviderIdentity.operator == operator)
    ).one_or_none()


@one_write
def link_provider(session: Session, said: ProviderSaid, *, by: Operator, now: datetime) -> None:
    """Let the provider's person into one's own account, too; roles stay as they are here."""
    known = session.get(ProviderIdentity, (said.issuer, said.subject))
    if known is not None and known.operator != by.id:
        raise Conflict("Tài khoản cơ quan này đã thuộc người khác ở đài.", code="provider.taken")
    if identity_of(session, by.id) is not None:
        raise Conflict("Tài khoản này đã nối với một tài khoản cơ quan.", code="provider.linked")
    session.add(_identity(said, by.id, now, governs=False))
    record(session, by, "operator.provider-linked", by.id, now, detail={"issuer": said.issuer})
    account = session.get_one(Account, by.id)
    tell_of_account(session, account, "được nối với tài khoản cơ quan", by=by, now=now)


@one_write
def unlink_provider(session: Session, operator: OperatorId, *, by: Operator | None, now: datetime) -> None:
    """Let the provider's person in no more: one's own, or as administrator; None: on the server.

    Sessions and tokens end. An account without a password needs a new one before anybody comes in again.
    """
    identity, account = identity_of(session, operator), session.get(Account, operator)
    if identity is None or account is None:
        raise NotFound("Tài khoản này không nối với tài khoản cơ quan nào.", code="provider.not-linked")
    if by is not None and by.id != operator:
        require(session, by, Act.RULE, account.area)
    if by is not None and by.id == operator and not account.password_hash:
        raise Conflict(
            "Bỏ nối thì bạn không còn cách đăng nhập nào. Hãy nhờ quản trị.", code="provider.only-way"
        )
    session.execute(delete(ProviderIdentity).where(ProviderIdentity.operator == operator))
    end_ways_in(session, operator, now)
    record(session, by, "operator.provider-unlinked", operator, now, detail={"issuer": identity.issuer})
    tell_of_account(session, account, "bị bỏ nối với tài khoản cơ quan", by=by, now=now)


def _account_of(
    session: Session, way: ProviderWay, said: ProviderSaid, now: datetime
) -> tuple[Account | None, NotSignedIn | None]:
    """Return whose identity it is, with roles as the rules want them, and why the person stays outside."""
    identity = session.get(ProviderIdentity, (said.issuer, said.subject), with_for_update=True)
    account = None if identity is None else session.get_one(Account, identity.operator, with_for_update=True)
    if account is not None and account.disabled_at is not None:
        return account, NotSignedIn(_CLOSED, code="operator.disabled")
    if identity is not None and not identity.governs:
        return account, None
    try:
        gives = granted(way.rules, values_of(said.claims, way.claim))
        if gives is None:
            return account, NotSignedIn(_REFUSED, code="provider.no-role")
        _check(session, gives)
        with session.begin_nested():
            if account is None:
                return _opened(session, way, said, gives, now), None
            _follow(session, account, way, gives, now)
            return account, None
    except (BadInput, Conflict, NotAllowed) as error:  # two areas, roles that exclude each other
        return account, NotSignedIn(error.sentence, code=error.code)


def _check(session: Session, gives: Granted) -> None:
    """Raise BadInput for roles that exclude each other, NotAllowed for an area that is not there."""
    check_roles(gives.roles)
    area = session.get(Area, gives.area)
    if area is None or area.ended_at is not None:
        raise NotAllowed(
            f"Hệ thống của cơ quan xếp tài khoản này vào địa bàn {gives.area}, mà ở đài không có. Hãy báo "
            "quản trị.",
            code="provider.no-area",
        )


def _opened(session: Session, way: ProviderWay, said: ProviderSaid, gives: Granted, now: datetime) -> Account:
    """Open an account without a password, and so without keys: the person signs by a passkey."""
    name = _free_name(session, said.user_name or said.display_name)
    account = Account(
        id=OperatorId(new_id(now)),
        name=name,
        display_name=one_line(said.display_name)[:_LONGEST_SHOWN] or name,
        roles=sorted(gives.roles),
        area=gives.area,
        password_hash="",
        first_password=False,
        created_at=now,
    )
    session.add(account)
    session.flush()
    session.add(_identity(said, account.id, now, governs=True))
    detail = {"name": name, "roles": list(account.roles), "area": gives.area, "issuer": said.issuer}
    record(session, None, "operator.opened-by-provider", account.id, now, detail=detail)
    opened = f"được mở với vai trò: {role_words(account.roles)}"
    tell_of_account(session, account, opened, by=None, now=now, who=_who(way))
    return account


def _follow(session: Session, account: Account, way: ProviderWay, gives: Granted, now: datetime) -> None:
    """Give the account the roles and the area that the claims give today."""
    has_other_roles, is_moved = account.operator().roles != gives.roles, account.area != gives.area
    if has_other_roles or is_moved:
        detail = {"roles": sorted(gives.roles), "area": gives.area, "issuer": way.provider.issuer}
        record(session, None, "operator.claims-followed", account.id, now, detail=detail)
    if has_other_roles:
        set_roles(session, account.id, gives.roles, by=None, now=now, who=_who(way))
    if is_moved:
        move_operator(session, account.id, gives.area, by=None, now=now, who=_who(way))


def _identity(said: ProviderSaid, operator: OperatorId, now: datetime, *, governs: bool) -> ProviderIdentity:
    return ProviderIdentity(
        issuer=said.issuer, subject=said.subject, operator=operator, governs=governs, created_at=now
    )


def _free_name(session: Session, wished: str) -> str:
    """Return a sign-in name that nobody has: what the provider calls its person links to no account."""
    base = re.sub(r"[^a-z0-9._-]+", "", plain(wished.partition("@")[0]))[:_LONGEST_NAME].lstrip("._-")
    base = base if NAME.fullmatch(base) else "nguoi-dung"
    taken = set(session.scalars(select(Account.name).where(Account.name.like(f"{base[:2]}%"))))
    names = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _who(way: ProviderWay) -> str:
    return f"hệ thống đăng nhập của {way.name}"
