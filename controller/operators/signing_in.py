"""Signing in and out: argon2id, server-side sessions, limited tries; slow work outside transactions."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache

from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from controller.errors import NotSignedIn, TooManyTries
from controller.journal.usecases import record
from controller.operators.permissions import Operator
from controller.operators.tables import Account, SignedIn
from controller.operators.usecases import LONGEST_PASSWORD, PASSWORDS
from controller.store import Store

IDLE = timedelta(hours=8)
"""A working day: a forgotten phone is signed out by the next."""
ABSOLUTE = timedelta(days=7)
TOUCH_EVERY = timedelta(minutes=1)
"""`last_seen_at` is not written at each request: a page that polls would make the database's writer busy."""
_TOKEN_BYTES = 32

_WRONG = "Tên đăng nhập hoặc mật khẩu không đúng."


class Tries:
    """Failed sign-ins remembered in memory: few for one account from one address, more for an address."""

    def __init__(self, per_account: int = 5, per_address: int = 60) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._account = RateLimitItemPerMinute(per_account, 5)
        self._address = RateLimitItemPerHour(per_address)

    def check(self, name: str, address: str) -> None:
        """Raise TooManyTries where the limit is reached; counts nothing."""
        for item, key in self._keys(name, address):
            if not self._limiter.test(item, *key):
                wait = item.get_expiry() // 60
                raise TooManyTries(
                    f"Nhập sai quá nhiều lần. Hãy thử lại sau {wait} phút.", retry_after=item.get_expiry()
                )

    def failed(self, name: str, address: str) -> None:
        """Count one failed try."""
        for item, key in self._keys(name, address):
            self._limiter.hit(item, *key)

    def _keys(
        self, name: str, address: str
    ) -> tuple[tuple[RateLimitItemPerMinute | RateLimitItemPerHour, tuple[str, ...]], ...]:
        return ((self._account, ("account", name, address)), (self._address, ("address", address)))


def sign_in(store: Store, *, name: str, password: str, address: str, tries: Tries, now: datetime) -> str:
    """Return the token of a new session (43 characters), or raise NotSignedIn or TooManyTries.

    Takes the store, not a session: the hash is checked between two transactions, so that a flood of tries
    does not hold the database's only writer.
    """
    name = name.strip().lower()[:LONGEST_PASSWORD]
    tries.check(name, address)
    with store.read() as session:
        account = session.scalars(select(Account).where(Account.name == name)).one_or_none()
    known = account if account is not None and account.disabled_at is None else None
    right = PASSWORDS.verify(password[:LONGEST_PASSWORD], known.password_hash if known else _nobody())
    if known is None or not right:
        tries.failed(name, address)
        raise NotSignedIn(_WRONG, code="operator.wrong-password")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with store.write() as session:
        session.add(
            SignedIn(
                token_sha256=_digest(token),
                operator=known.id,
                started_at=now,
                last_seen_at=now,
                address=address[:64],
            )
        )
        record(
            session, known.operator(), "operator.signed-in", known.id, now, detail={"address": address[:64]}
        )
    return token


def operator_of_token(session: Session, token: str, now: datetime) -> Operator | None:
    """Return whose token it is; None when it is unknown, too old or its account closed; reads only."""
    row = session.execute(
        select(SignedIn, Account)
        .join(Account, Account.id == SignedIn.operator)
        .where(SignedIn.token_sha256 == _digest(token), Account.disabled_at.is_(None))
    ).one_or_none()
    if row is None or _is_over(row.SignedIn, now):
        return None
    account: Account = row.Account
    return account.operator()


def wants_touch(session: Session, token: str, now: datetime) -> bool:
    """Return whether the session's last use is old enough to be written down anew."""
    signed_in = session.get(SignedIn, _digest(token))
    return signed_in is not None and now - signed_in.last_seen_at >= TOUCH_EVERY


def touch(session: Session, token: str, now: datetime) -> None:
    """Note that the session was used."""
    signed_in = session.get(SignedIn, _digest(token))
    if signed_in is not None and not _is_over(signed_in, now):
        signed_in.last_seen_at = max(signed_in.last_seen_at, now)


def sign_out(session: Session, token: str, now: datetime) -> None:
    """End the session; an unknown token changes nothing."""
    signed_in = session.get(SignedIn, _digest(token))
    if signed_in is not None:
        session.delete(signed_in)
        account = session.get_one(Account, signed_in.operator)
        record(session, account.operator(), "operator.signed-out", account.id, now)


def sweep_sessions(session: Session, now: datetime) -> None:
    """Drop the sessions that are over."""
    over = or_(SignedIn.last_seen_at <= now - IDLE, SignedIn.started_at <= now - ABSOLUTE)
    session.execute(delete(SignedIn).where(over))


def _is_over(signed_in: SignedIn, now: datetime) -> bool:
    return now >= signed_in.last_seen_at + IDLE or now >= signed_in.started_at + ABSOLUTE


@cache
def _nobody() -> str:
    """Return a hash to check an unknown name against, so that it takes as long as a known one."""
    return PASSWORDS.hash(secrets.token_urlsafe(16))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
