"""The security log: refused requests by account, address and count; docs/accounts.md, "The security log".

Requests are only counted in memory; the station writes the counts every few seconds. Repetitions within an
hour are one row with a count, and above a limit different refusals are counted together, so that a flood
fills neither the disk nor the writer's time. Passwords, codes and tokens are never logged, nor names that
belong to no account: people sometimes type a password into the name field.
"""

import json
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from controller.errors import LoaError
from controller.features.journal.chain import written
from controller.model.journal import SecurityEvent
from controller.model.refusals import Refused
from controller.store import Store, one_read

TOGETHER = timedelta(hours=1)
"""What is the same within an hour is one row."""
MOST_WAITING = 500
"""Different ones that are kept in memory between two writings."""
MOST_AN_HOUR = 1_000
"""New rows in an hour; an office makes some ten."""
MOST_ROWS = 100_000
"""About 20 MB; what is oldest goes first."""

_AUTHPRIV_WARNING = 10 * 8 + 4
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Times:
    number: int
    first_at: datetime
    last_at: datetime

    def and_then(self, other: "_Times") -> "_Times":
        return _Times(self.number + other.number, self.first_at, max(self.last_at, other.last_at))


@dataclass(slots=True)
class SecurityLog:
    """Counts refused requests, and writes them when `write` is called; safe to use from any thread."""

    store: Store
    send: Callable[[str], None] | None = None
    """Takes each written line as JSON: to syslog."""
    _waiting: dict[Refused, _Times] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, refused: Refused, now: datetime) -> None:
        """Count one refusal; never waits for the database."""
        self._count(refused.fitting(), _Times(1, now, now))

    def _count(self, refused: Refused, times: _Times) -> None:
        with self._lock:
            if refused not in self._waiting and len(self._waiting) >= MOST_WAITING:
                refused = refused.together()
            before = self._waiting.get(refused)
            self._waiting[refused] = times if before is None else before.and_then(times)

    def write(self) -> None:
        """Write the pending counts; they stay pending if the database is unavailable."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        try:
            with self.store.write() as session:
                for refused, times in waiting.items():
                    _put_down(session, refused, times)
        except LoaError:
            _LOG.warning("the security log waits for the database", exc_info=True)
            for refused, times in waiting.items():
                self._count(refused, times)
            return
        if self.send is not None:
            for refused, times in waiting.items():
                self.send(_line(refused, times))


def _put_down(session: Session, refused: Refused, times: _Times) -> None:
    since = times.last_at - TOGETHER
    row = _same(session, refused, since)
    if row is None and _is_full(session, since):
        refused = refused.together()
        row = _same(session, refused, since)
    if row is None:
        session.add(
            SecurityEvent(
                **refused._asdict(), first_at=times.first_at, last_at=times.last_at, times=times.number
            )
        )
    else:
        row.times += times.number
        row.last_at = max(row.last_at, times.last_at)
    session.flush()


def _same(session: Session, refused: Refused, since: datetime) -> SecurityEvent | None:
    query = select(SecurityEvent).filter_by(**refused._asdict()).where(SecurityEvent.first_at > since)
    return session.scalars(query.limit(1)).first()


def _is_full(session: Session, since: datetime) -> bool:
    newer = select(func.count()).select_from(SecurityEvent).where(SecurityEvent.last_at > since)
    return (session.scalar(newer) or 0) >= MOST_AN_HOUR


def _line(refused: Refused, times: _Times) -> str:
    told = {"at": written(times.last_at), "first_at": written(times.first_at), "times": times.number}
    return json.dumps(told | refused._asdict(), ensure_ascii=False)


def line_of(event: SecurityEvent) -> str:
    """Return a row as a JSON line for syslog."""
    refused = Refused(event.act, event.subject, event.by, event.address, event.outcome)
    return _line(refused, _Times(event.times, event.first_at, event.last_at))


@one_read
def security_events(
    session: Session, *, before: int | None = None, limit: int = 100
) -> Sequence[SecurityEvent]:
    """Return refusals, newest first; `before`: only those first written before that one."""
    query = select(SecurityEvent).order_by(SecurityEvent.id.desc()).limit(limit)
    return session.scalars(query if before is None else query.where(SecurityEvent.id < before)).all()


def sweep_security_log(session: Session, *, now: datetime, days: int) -> None:
    """Delete rows older than the retention time, and the oldest rows above the maximum number."""
    session.execute(delete(SecurityEvent).where(SecurityEvent.last_at <= now - timedelta(days=days)))
    kept = select(SecurityEvent.id).order_by(SecurityEvent.id.desc()).offset(MOST_ROWS).limit(1)
    newest_too_many = session.scalar(kept)
    if newest_too_many is not None:
        session.execute(delete(SecurityEvent).where(SecurityEvent.id <= newest_too_many))


def syslog_at(where: str, tag: str) -> "Syslog | None":
    """Return the sender for this syslog address, or None if the setting is empty."""
    return Syslog(where, tag) if where else None


class Syslog:
    """Sends lines to `/dev/log`, or to `host:port` by UDP; a failure is logged and not raised."""

    def __init__(self, where: str, tag: str) -> None:
        self._tag = tag
        host, _, port = where.rpartition(":")
        self._address: str | tuple[str, int] = (host, int(port)) if host and port.isdigit() else where

    def __call__(self, line: str) -> None:
        """Send one line (RFC 3164) as a warning of the facility authpriv."""
        kind = socket.AF_UNIX if isinstance(self._address, str) else socket.AF_INET
        try:
            with socket.socket(kind, socket.SOCK_DGRAM) as end:
                end.setblocking(False)
                end.sendto(f"<{_AUTHPRIV_WARNING}>{self._tag}: {line}".encode(), self._address)
        except OSError as error:
            _LOG.warning("syslog at %s does not take a line of %s: %s", self._address, self._tag, error)
