"""The lease of the station that leads, a row in PostgreSQL; docs/decisions/141-a-lease-and-its-epoch.md.

The holder renews the row every second by a connection of its own. Whoever finds it expired, by the server's
clock, takes it with a higher epoch. A holder believes in its lease until a deadline on its own steady clock,
which is earlier than the expiry; past the deadline that epoch is over for it, whatever the row says.
"""

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import URL, Connection, Table, create_engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from controller.clocks import steady_seconds
from controller.errors import StartFailed, Unavailable
from controller.model.leadership import PLACE_LENGTH, StationLease
from controller.store.locks import Lock

_LOG = logging.getLogger(__name__)

LIFE_S = 5.0
"""Seconds from a renewal to the expiry: what a standby waits at most when a leader is killed."""
_MARGIN = 0.1
"""Of the life: so much earlier the holder stops, and what it handed to its sockets just before has left."""
_RENEWED_EVERY = 0.2
"""Of the life: three renewals may fail in a row."""
LOOKED_AT_EVERY_S = 0.5
"""Seconds between two looks of a standby."""
ANSWER_S = 2
"""Seconds for one answer of the server; one that takes longer counts as none."""
_PATIENCE_S = 2.0
"""Seconds that a station waits for another that is just ending."""


def database_in_use(holder: str) -> StartFailed:
    """Return the error of a station whose database another one uses."""
    return StartFailed(
        f"Một đài khác đang dùng cơ sở dữ liệu này và không bị ảnh hưởng: {holder}. Chỉ một đài được gửi kế "
        "hoạch tới loa. Hãy dừng đài đó trước; muốn chạy hai đài, mỗi đài cần một cơ sở dữ liệu riêng "
        "(LOA_DATABASE_URL).",
        code="station.database_in_use",
    )


def place_in_words(home: Path) -> str:
    """Return this machine, process and home in words."""
    return f"máy «{socket.gethostname()}», tiến trình {os.getpid()}, thư mục «{home.absolute()}»"


@dataclass(frozen=True, slots=True)
class LeaderFacts:
    """What the pages of other processes say of the holder."""

    broker_up: bool = False
    pace_share: float = 1.0


@dataclass(frozen=True, slots=True)
class Leader:
    """Who leads, as others see it."""

    is_there: bool
    facts: LeaderFacts


NOBODY: Final = Leader(is_there=False, facts=LeaderFacts())


def stations_there(session: Session) -> int:
    """Return how many stations of this database are connected: the one that leads, and who stand by."""
    query = text(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND objid = :key "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return int(session.scalar(query, {"key": int(Lock.STATIONS)}) or 0)


def leader_of(session: Session) -> Leader:
    """Return who leads by the row; nobody, where the lease has expired."""
    row = session.execute(_LEADER).one_or_none()
    return NOBODY if row is None else Leader(row[0], LeaderFacts(row[1], row[2]))


@dataclass
class Lease:
    """The lease as one process sees it. `name`: of all its sessions at the server (`Store.session_name`)."""

    url: URL
    home: Path
    name: str
    clock: Callable[[], float] = steady_seconds
    on_lost: Callable[[], None] = lambda: None
    """Called once each time that it is lost, from the thread that renews it."""
    life_s: float = LIFE_S
    facts: Callable[[], LeaderFacts] = LeaderFacts
    epoch: int = 0
    """The epoch that was taken last."""
    _until: float = float("-inf")
    _is_told: bool = True  # that it is lost
    _connection: Connection | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)  # of the connection
    _ending: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def is_held(self) -> bool:
        """Whether it is held now: by the deadline alone, without asking anybody."""
        return self.clock() < self._until

    def take(self) -> None:
        """Take it, or raise StartFailed where another station renews it; waits for one that was killed."""
        began, seen = time.monotonic(), None
        try:
            while not self._try():
                epoch_and_expiry, place = self._seen()
                seen = seen or epoch_and_expiry
                if epoch_and_expiry != seen and time.monotonic() - began > _PATIENCE_S:
                    raise database_in_use(place)
                time.sleep(LOOKED_AT_EVERY_S)
        except SQLAlchemyError as error:
            self._drop()
            raise Unavailable(
                "Không dùng được cơ sở dữ liệu, nên đài chưa chạy được.", code="store.unavailable"
            ) from error
        self._keep()

    def wait(self, given_up: threading.Event) -> bool:
        """Wait until it can be taken, also where the server is away; False: `given_up` was set first."""
        trouble = ""
        while not given_up.wait(LOOKED_AT_EVERY_S):
            try:
                if self._try():
                    self._keep()
                    return True
                trouble = ""
            except SQLAlchemyError as error:
                self._drop()
                if not trouble:
                    _LOG.warning("the database does not answer the standby: %s", error)
                trouble = str(error)
        self._drop()
        return False

    def check(self) -> bool:
        """Return whether it is held; where it was lost, try once to take it anew, with a new epoch."""
        if self.is_held:
            return True
        try:
            if self._try():
                _LOG.warning("this station leads again")
        except SQLAlchemyError as error:
            self._drop()
            _LOG.debug("the lease cannot be taken: %s", error)
        return self.is_held

    def guard(self, session: Session) -> None:
        """Let a transaction be the leader's: raise Unavailable if this process leads no more.

        The shared lock is held until the transaction has ended, and whoever takes the lease waits for it: so
        either the transaction is over before another leads, or it sees the other's epoch. Two statements:
        the second one's snapshot is then later than the lock.
        """
        if not self.is_held or not session.scalar(_SHARE) or session.scalar(_EPOCH) != self.epoch:
            raise Unavailable(
                "Đài này không còn giữ quyền phát. Chưa có gì thay đổi.", code="station.not-leading"
            )

    def release(self) -> None:
        """Give it up, so that a standby need not wait for its expiry."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(2 * ANSWER_S + self.life_s)
        with contextlib.suppress(SQLAlchemyError):
            if self.is_held:
                self._do(_GIVE_UP, epoch=self.epoch)
        self._until = float("-inf")
        self._drop()

    # --- taking

    def _try(self) -> bool:
        """Take it if it has expired; end what its former holder still has open at the server."""
        began, former = self.clock(), self._do(_HOLDER)
        if not (former.is_over or former.holder == self.name):
            return False
        place = place_in_words(self.home)[:PLACE_LENGTH]
        taken = self._do(_TAKE, holder=self.name, place=place, life=self.life_s, former=former.epoch)
        if taken is None:
            return False  # another standby was faster
        # a process that was stopped in the middle of a transaction would hold its locks for ever
        if former.holder not in {"", self.name}:
            self._do(_END_SESSIONS, holder=former.holder)
        self._do(_ALONE)  # waits for transactions of the former leader that `guard` let in
        self._do(_ALONE_NO_MORE)
        self.epoch, self._until, self._is_told = taken.epoch, began + self.life_s * (1 - _MARGIN), False
        return True

    def _seen(self) -> tuple[tuple[int, Any], str]:
        row = self._do(_HOLDER)
        return (row.epoch, row.expires_at), row.place

    # --- renewing, in a thread of its own

    def _keep(self) -> None:
        self._thread = threading.Thread(target=self._renew_on_and_on, name="lease", daemon=True)
        self._thread.start()

    def _renew_on_and_on(self) -> None:
        while not self._ending.wait(self.life_s * _RENEWED_EVERY):
            if self.is_held:
                try:
                    self._renew()
                except SQLAlchemyError as error:
                    self._drop()
                    _LOG.warning("the lease could not be renewed: %s", error)
                except Exception:  # noqa: BLE001 - without this thread nobody would hear that the lead is lost
                    _LOG.exception("the lease could not be renewed")
            if not self.is_held and not self._is_told:
                self._is_told = True
                _LOG.error("this station leads no more: it publishes nothing")
                self.on_lost()

    def _renew(self) -> None:
        began, epoch = self.clock(), self.epoch
        facts = self.facts()
        renewed = self._do(
            _RENEW, epoch=epoch, life=self.life_s, broker=facts.broker_up, pace=facts.pace_share
        )
        if epoch != self.epoch:
            return  # taken anew meanwhile
        if renewed is None:
            self._until = float("-inf")
        elif self.is_held:  # an answer that comes after the deadline revives nothing
            self._until = began + self.life_s * (1 - _MARGIN)

    # --- the connection

    def _do(self, statement: str, **values: Any) -> Any:
        """Run one statement by itself; return its first row, or None."""
        with self._turn:
            connection = self._connection = self._connection or self._connect()
            result = connection.execute(text(statement), values)
            return result.first() if result.returns_rows else None

    def _connect(self) -> Connection:
        engine = create_engine(
            self.url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={
                "connect_timeout": ANSWER_S,
                "application_name": self.name,
                "options": f"-c statement_timeout={ANSWER_S * 1000}",
                "tcp_user_timeout": ANSWER_S * 1000,  # waits this long for an unresponsive server
            },
        )
        connection = engine.connect()
        with contextlib.ExitStack() as unless_made:
            unless_made.callback(connection.close)
            _make_row(connection)
            connection.execute(text(f"SELECT pg_advisory_lock_shared({int(Lock.STATIONS)})"))
            unless_made.pop_all()
        return connection

    def _drop(self) -> None:
        with self._turn:
            connection, self._connection = self._connection, None
            if connection is not None:
                with contextlib.suppress(SQLAlchemyError):
                    connection.invalidate()
                    connection.close()


def _make_row(connection: Connection) -> None:
    """Make the table and its row where they are missing: who leads is decided before a migration runs."""
    if connection.scalar(text("SELECT to_regclass('station_leases')")) is None:
        connection.execute(text(f"SELECT pg_advisory_lock({int(Lock.MIGRATIONS)})"))
        cast("Table", StationLease.__table__).create(connection, checkfirst=True)
        connection.execute(text(f"SELECT pg_advisory_unlock({int(Lock.MIGRATIONS)})"))
    if connection.scalar(select(StationLease.id)) is None:
        is_old = connection.scalar(text("SELECT to_regclass('leaderships')")) is not None
        newest = "(SELECT COALESCE(max(epoch), 0) FROM leaderships)" if is_old else "0"
        connection.execute(text(_FIRST_ROW.format(newest=newest)))


_SHARE = text(f"SELECT pg_try_advisory_xact_lock_shared({int(Lock.LEADING)})")
_EPOCH = select(StationLease.epoch)
_LEADER = select(
    StationLease.expires_at > func.clock_timestamp(), StationLease.broker_up, StationLease.pace_share
)
_FIRST_ROW = (
    "INSERT INTO station_leases (id, epoch, holder, place, expires_at, broker_up, pace_share) "
    "VALUES (1, {newest}, '', '', 'epoch', false, 1) ON CONFLICT DO NOTHING"
)
_HOLDER = (
    "SELECT epoch, holder, place, expires_at, expires_at <= clock_timestamp() AS is_over FROM station_leases"
)
_TAKE = (
    "UPDATE station_leases SET holder = :holder, place = :place, "
    "epoch = greatest(epoch + 1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint), "
    "expires_at = clock_timestamp() + make_interval(secs => :life) "
    "WHERE epoch = :former AND (expires_at <= clock_timestamp() OR holder = :holder) RETURNING epoch"
)
_RENEW = (
    "UPDATE station_leases SET expires_at = clock_timestamp() + make_interval(secs => :life), "
    "broker_up = :broker, pace_share = :pace WHERE epoch = :epoch RETURNING epoch"
)
_GIVE_UP = "UPDATE station_leases SET holder = '', expires_at = 'epoch' WHERE epoch = :epoch"
_END_SESSIONS = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE application_name = :holder AND datname = current_database() AND pid <> pg_backend_pid()"
)
_ALONE = f"SELECT pg_advisory_lock({int(Lock.LEADING)})"
_ALONE_NO_MORE = f"SELECT pg_advisory_unlock({int(Lock.LEADING)})"
