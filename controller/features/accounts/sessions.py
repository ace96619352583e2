"""Signing in and out: argon2id, server-side sessions, limited tries; slow work outside transactions.

Who has a second factor comes in by two steps: the password opens a session that awaits a code and lets
nobody in; the right code ends that one and opens another.
"""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import and_, bindparam, delete, or_, select
from sqlalchemy.orm import Session

from controller.errors import NotSignedIn
from controller.features.accounts.encryption import Sealing
from controller.features.accounts.hashing_limit import hashing
from controller.features.accounts.password_rules import LONGEST_PASSWORD
from controller.features.accounts.passwords import PASSWORDS
from controller.features.accounts.queries import keys_in_hand, lent_areas
from controller.features.accounts.rate_limits import Purpose, Tries
from controller.features.accounts.second_factor import has_second_factor, takes_code
from controller.features.accounts.secret_codes import digest_of_secret, fresh_token
from controller.features.accounts.service import keyed_roles, make_key
from controller.features.journal.service import record
from controller.model.accounts import Account, SignedIn
from controller.model.permissions import Operator
from controller.store import Store, once_a_snapshot, one_read, one_write
from devices.ids import Role

IDLE = timedelta(hours=8)
"""A working day: a forgotten phone is signed out by the next."""
ABSOLUTE = timedelta(days=7)
TOUCH_EVERY = timedelta(minutes=1)
"""`last_seen_at` is not written at each request: a page that polls would make the database's writer busy."""
PENDING = timedelta(minutes=10)
"""How long the second step may take: time to find the telephone, or the sheet of recovery codes."""

_WRONG = "Tên đăng nhập hoặc mật khẩu không đúng."


def sign_in(
    store: Store,
    *,
    name: str,
    password: str,
    address: str,
    tries: Tries,
    now: datetime,
    device: str | None = None,
) -> str:
    """Return the token of a new session (43 characters), or raise NotSignedIn or TooManyTries.

    For a person with a second factor the session lets nobody in yet: `person_awaiting_code` tells, and
    `complete_sign_in` goes on. Takes the store, not a session: the hash is checked between two transactions,
    so that a flood of tries does not hold the database's only writer. `device`: the browser,
    if this person has signed in from it before (`known_device`).
    """
    name = name.strip().lower()[:LONGEST_PASSWORD]
    with store.read() as session:
        account = session.scalars(select(Account).where(Account.name == name)).one_or_none()
    known = account if account is not None and account.disabled_at is None else None
    with hashing():
        tries.check(name, address, device)  # inside: tries sent side by side are counted one after another
        kept = known.password_hash if known else ""
        right = PASSWORDS.verify(password[:LONGEST_PASSWORD], kept or _nobody())
        if known is None or not kept or not right:
            tries.failed(name, address, device)
            raise NotSignedIn(_WRONG, code="operator.wrong-password")
        sealing = Sealing.by(password) if _lacks_callers_key(store, known, now) else None
    with store.write() as session:
        if sealing is not None and _lacks_callers_key(session, known, now):
            make_key(session, known.id, Role.CALLER, sealing, now)
        awaits = has_second_factor(session, known.id)
        return open_session(session, known, address, now, awaits_code=awaits)


@one_read
def _lacks_callers_key(session: Session, account: Account, now: datetime) -> bool:
    """Whether the person may call emergencies and has no key for it: the account is older than such keys."""
    lacks = Role.CALLER in keyed_roles(account.operator().roles)
    return lacks and not keys_in_hand(session, account.id, Role.CALLER, now)


@one_read
def person_awaiting_code(session: Session, token: str, now: datetime) -> Operator | None:
    """Return whose password was right and whose code is still to come, or None; reads only."""
    row = _row_of(session, token)
    if row is None or not row[0].awaits_code or now >= row[0].started_at + PENDING:
        return None
    return row[1].operator()


def complete_sign_in(
    store: Store,
    *,
    token: str,
    code: str,
    address: str,
    tries: Tries,
    now: datetime,
    device: str | None = None,
) -> str:
    """Take the second factor; return the token of another session, or raise NotSignedIn or TooManyTries."""
    with store.read() as session:
        person = person_awaiting_code(session, token, now)
    if person is None:
        raise NotSignedIn("Đã quá lâu. Hãy nhập lại tên và mật khẩu.", code="operator.sign-in-expired")
    tries.check_code(device or person.id, Purpose.SIGN_IN)
    with store.write() as session:
        account = session.get_one(Account, person.id)
        if takes_code(session, person.id, code, now):
            former = session.get_one(SignedIn, digest_of_secret(token))
            session.delete(former)
            ends_at, fresh_at = former.ends_at, former.fresh_at
            return open_session(
                session, account, address, now, awaits_code=False, ends_at=ends_at, fresh_at=fresh_at
            )
        # the password was right: the journal says that somebody knows it and lacks the second factor
        record(session, person, "operator.code-refused", person.id, now, detail={"address": address[:64]})
    tries.failed_code(device or person.id, Purpose.SIGN_IN)
    raise NotSignedIn(
        "Mã xác thực không đúng hoặc đã dùng rồi. Hãy đợi mã kế tiếp.", code="operator.wrong-code"
    )


def operator_of_token(session: Session, token: str, now: datetime) -> Operator | None:
    """Return whose token it is; None when it is unknown, too old or its account closed; reads only."""
    row = _row_of(session, token)
    if row is None or row[0].awaits_code or _is_over(row[0], now):
        return None
    operator = row[1].operator()
    return replace(operator, deputises_in=lent_areas(session, operator.id, now))


def wants_touch(session: Session, token: str, now: datetime) -> bool:
    """Return whether the session's last use is old enough to be written down anew."""
    row = _row_of(session, token)
    return row is not None and now - row[0].last_seen_at >= TOUCH_EVERY


def is_fresh(session: Session, token: str, now: datetime) -> bool:
    """Whether the person, asked to, has just signed in anew at the provider: that stands for a password."""
    signed_in = session.get(SignedIn, digest_of_secret(token))
    return signed_in is not None and signed_in.fresh_at is not None and now < signed_in.fresh_at + PENDING


def touch(session: Session, token: str, now: datetime) -> None:
    """Note that the session was used."""
    signed_in = session.get(SignedIn, digest_of_secret(token))
    if signed_in is not None and not _is_over(signed_in, now):
        signed_in.last_seen_at = max(signed_in.last_seen_at, now)


@one_write
def sign_out(session: Session, token: str, now: datetime) -> None:
    """End the session; an unknown token changes nothing."""
    signed_in = session.get(SignedIn, digest_of_secret(token))
    if signed_in is not None:
        session.delete(signed_in)
        if signed_in.awaits_code:
            return
        account = session.get_one(Account, signed_in.operator)
        record(session, account.operator(), "operator.signed-out", account.id, now)


def sweep_sessions(session: Session, now: datetime) -> None:
    """Drop the sessions that are over."""
    over = or_(
        SignedIn.last_seen_at <= now - IDLE,
        SignedIn.started_at <= now - ABSOLUTE,
        SignedIn.ends_at <= now,
        and_(SignedIn.awaits_code.is_(True), SignedIn.started_at <= now - PENDING),
    )
    session.execute(delete(SignedIn).where(over))


def open_session(
    session: Session,
    account: Account,
    address: str,
    now: datetime,
    *,
    awaits_code: bool,
    ends_at: datetime | None = None,
    fresh_at: datetime | None = None,
) -> str:
    """Return the token of a new session; `ends_at`, `fresh_at`: where a provider let the person in."""
    token = fresh_token()
    session.add(
        SignedIn(
            token_sha256=digest_of_secret(token),
            operator=account.id,
            started_at=now,
            last_seen_at=now,
            address=address[:64],
            awaits_code=awaits_code,
            ends_at=ends_at,
            fresh_at=fresh_at,
        )
    )
    if not awaits_code:
        detail = {"address": address[:64]} | ({} if ends_at is None else {"by": "provider"})
        record(session, account.operator(), "operator.signed-in", account.id, now, detail=detail)
    return token


# asked for by each request: to build it anew costs more than the database takes to answer it
_BY_TOKEN = (
    select(SignedIn, Account)
    .join(Account, Account.id == SignedIn.operator)
    .where(SignedIn.token_sha256 == bindparam("digest"), Account.disabled_at.is_(None))
)


@once_a_snapshot
def _row_of(session: Session, token: str) -> tuple[SignedIn, Account] | None:
    row = session.execute(_BY_TOKEN, {"digest": digest_of_secret(token)}).one_or_none()
    return None if row is None else (row.SignedIn, row.Account)


def _is_over(signed_in: SignedIn, now: datetime) -> bool:
    ends = min(signed_in.last_seen_at + IDLE, signed_in.started_at + ABSOLUTE)
    return now >= ends or (signed_in.ends_at is not None and now >= signed_in.ends_at)


@cache
def _nobody() -> str:
    """Return a hash to check an unknown name against, so that it takes as long as a known one."""
    return PASSWORDS.hash(secrets.token_urlsafe(16))
