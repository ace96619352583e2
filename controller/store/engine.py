"""The store: access to SQLite (WAL) or PostgreSQL, one transaction per operation.

SQLite is written by one transaction at a time: `write` queues the writers of this process on a lock and
begins IMMEDIATE, so that no writer fails half way. `synchronous=FULL`, not NORMAL: in WAL mode NORMAL
survives a killed process but may lose the last commits at a power cut. By then a node has been told that
its receipt is stored, and has deleted it. A commit therefore costs one fsync; receipts come in batches.
"""

import copy
import logging
import secrets
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from controller.errors import BadInput, Busy, Conflict, LoaError, StartFailed, Unavailable
from controller.store.revisions import Schema, schema_of
from controller.store.write_lock import WriteLock

_LOG = logging.getLogger(__name__)

WAIT_SECONDS = 10.0
"""How long a transaction waits for the write lock before it raises Busy: longer than any of ours takes."""
_WAL_TRIES, _WAL_PAUSE = 50, 0.1
"""Five seconds: the first migration of another process takes less."""
POOL_SIZE = 10
POOL_OVERFLOW = 50
"""At most 60 connections: FastAPI's 40 worker threads, 11 of the lanes, and the station's own."""

JOURNAL_SIGNER = "journal_signer"
"""Key of `session.info` that holds the sealer of journal entries."""

CHANGED_CHANNEL = "loa_changed"
"""Where each commit on PostgreSQL that changed something is announced to other processes."""

READ_ONCE = "read_once"
"""Key of `session.info` of a read-only transaction, one snapshot: what was read of it and is kept."""
READ_BETWEEN = "read_between"
"""The same of a transaction that writes: what was read, and what it had written by then."""
LAST_ACTS = "last_acts"
"""Key of `session.info` of a transaction that writes: what is called with it just before its commit."""

_MODE = "loa_mode"
CHANGED = "loa_changed"
"""Key of a connection's `info`: how many statements of its transaction have changed each table."""


class JournalSigner(Protocol):
    """Seals journal entries: an Ed25519 key with its id."""

    @property
    def kid(self) -> str:
        """Name of the key."""

    def sign(self, content: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of the content."""

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes derived from this key, to encrypt with."""


@dataclass(slots=True)
class _Shared:
    """What a store and those that `guarded` makes of it have in common."""

    signer: JournalSigner | None
    decisions: int = 0
    plan_decisions: int = 0


class Store:
    """A database by SQLAlchemy URL (`sqlite:///path` or `postgresql+psycopg://…`)."""

    def __init__(
        self, url: str, *, signer: JournalSigner | None = None, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        self.url = make_url(url)
        self._shared = _Shared(signer)
        self.session_name = f"loa-{secrets.token_hex(8)}"
        """Name of all its sessions at a PostgreSQL server."""
        self._wait_seconds = wait_seconds
        self._engine = _engine(url, wait_seconds, self.session_name)
        # one snapshot for the whole block, as SQLite has in any case
        one_view = (
            {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        self._reading = self._engine.execution_options(**{_MODE: "read"}, **one_view)
        self._writing = self._engine.execution_options(**{_MODE: "write"})
        self._turn = WriteLock() if self.is_sqlite else None
        self._mine = threading.local()
        self._listeners: list[Callable[[], None]] = []
        self._guard: Callable[[Session], None] | None = None

    @property
    def signer(self) -> JournalSigner | None:
        """Return what seals journal entries; None: whoever opened it writes none."""
        return self._shared.signer

    @signer.setter
    def signer(self, signer: JournalSigner) -> None:
        self._shared.signer = signer

    @property
    def decisions(self) -> int:
        """Grows with each commit of this process that changed more than the vitals of nodes."""
        return self._shared.decisions

    @property
    def plan_decisions(self) -> int:
        """Grows with each of those from which a plan may follow: not with what nodes report."""
        return self._shared.plan_decisions

    @property
    def is_sqlite(self) -> bool:
        """Return whether this is SQLite."""
        return self.url.get_backend_name() == "sqlite"

    def upgrade(self) -> None:
        """Migrate the database to the newest revision, creating it if it does not exist; safe to repeat.

        One that a newer release has migrated, and that serves this one too, stays as it is.
        """
        with _translated():
            if schema_of(self._engine) in _SERVING:
                return
            from controller.store.migrating import upgrade  # imported late: it loads Alembic

            upgrade(self._engine)

    def upgrade_beside(self) -> Iterator[str]:
        """Migrate step by step while a station leads; yield the revision after each. PostgreSQL only."""
        from controller.store.migrating import upgrade_beside  # imported late: it loads Alembic

        with _translated():
            yield from upgrade_beside(self._engine)

    def breaks_who_runs(self) -> str:
        """Return the first pending step that a station of this schema's release does not survive, or ""."""
        from controller.store.migrating import breaks_who_runs  # imported late: it loads Alembic

        with _translated():
            return breaks_who_runs(self._engine)

    def schema(self) -> Schema:
        """Return what the database's schema is to this program."""
        with _translated():
            return schema_of(self._engine)

    def is_upgraded(self) -> bool:
        """Return whether the schema serves this program: the newest that it knows, or a newer one."""
        return self.schema() in _SERVING

    def close(self) -> None:
        """Close all connections; call it once, after the last transaction."""
        self._engine.dispose()

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call the listener after each commit that changed something; it must be quick and not raise."""
        self._listeners.append(listener)

    def guarded(self, guard: Callable[[Session], None]) -> "Store":
        """Return the same store for the one who leads: each of its writes first calls the guard, or fails."""
        made = copy.copy(self)
        made._guard = guard  # noqa: SLF001 - one of us
        return made

    def heard(self, *, decides: bool, plans: bool) -> None:
        """Note that another process committed something, as if this one had; see `announcements`."""
        self._shared.decisions += decides
        self._shared.plan_decisions += plans
        for listener in self._listeners:
            listener()

    @contextmanager
    def apart(self) -> Iterator[Connection]:
        """Open a transaction beside whatever this thread has open, of which nobody hears; PostgreSQL only."""
        with _translated(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a read-only transaction on one snapshot; loaded objects stay usable after the block."""
        info: dict[Any, Any] = {JOURNAL_SIGNER: self.signer, READ_ONCE: {}}
        with _translated(), Session(self._reading, expire_on_commit=False, info=info) as session:
            yield session

    @contextmanager
    def write(
        self, *, urgent: bool = False, decides: bool = True, is_report: bool = False
    ) -> Iterator[Session]:
        """Open a transaction, committed at the end of the block, rolled back if the block raises.

        Waits for the write lock at most `wait_seconds`, then raises Busy. May not be nested in one thread.
        `urgent`: before all others that wait in this process; for acts that start or end an emergency.
        `decides` False: no background job depends on what is written. `is_report`: no plan follows from it.
        """
        if getattr(self._mine, "writing", False):
            raise RuntimeError("a write transaction may not be opened inside another")
        with _translated(), self._my_turn(urgent=urgent):
            last_acts: list[Callable[[Session], None]] = []
            info: dict[Any, Any] = {JOURNAL_SIGNER: self.signer, READ_BETWEEN: {}, LAST_ACTS: last_acts}
            with Session(self._writing, expire_on_commit=False, info=info) as session, session.begin():
                if self._guard is not None:
                    self._guard(session)
                yield session
                for act in last_acts:
                    act(session)
                session.flush()
                changed = bool(session.connection().info.get(CHANGED))
                plans = decides and not is_report
                if changed and not self.is_sqlite:
                    told = f"{self.session_name} {decides:d} {plans:d}"
                    session.execute(select(func.pg_notify(CHANGED_CHANNEL, told)))
        if changed:
            self.heard(decides=decides, plans=plans)

    @contextmanager
    def _my_turn(self, *, urgent: bool) -> Iterator[None]:
        if self._turn is not None and not self._turn.take(self._wait_seconds, urgent=urgent):
            raise Busy(_BUSY)
        self._mine.writing = True
        try:
            yield
        finally:
            self._mine.writing = False
            if self._turn is not None:
                self._turn.give_back()


_BUSY = "Máy chủ đang bận, chưa lưu được. Chưa có gì thay đổi; hãy thử lại sau ít giây."
_GONE = "Không dùng được cơ sở dữ liệu. Loa vẫn phát theo kế hoạch đã gửi; hãy báo kỹ thuật viên."
_FULL = "Máy chủ hết chỗ lưu. Chưa có gì thay đổi; hãy báo kỹ thuật viên giải phóng ổ đĩa."
RACED = "store.raced"
"""Code of a Conflict with what another process wrote at the same time."""
_RACED = "Dữ liệu vừa được thay đổi ở nơi khác hoặc đã có rồi. Hãy tải lại trang và thử lại."

_UNFIT = "Có ký tự không lưu được. Hãy nhập lại bằng chữ thường đọc được."
_SPOILT_FILE = "Tệp cơ sở dữ liệu bị hỏng. Loa vẫn phát theo kế hoạch đã gửi; hãy khôi phục từ bản sao lưu."

_OLD = "Cơ sở dữ liệu của đài chưa được nâng cấp. Hãy khởi động lại đài rồi thử lại."

_SERVING = {Schema.CURRENT, Schema.NEWER}

_SPOILT = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
_LOCKED_STATES = {"55P03", "40P01", "40001"}
_FULL_STATES = {"53100"}
_ABSENT_STATES = {"42P01", "42703"}


DEAD_LINES: Final = {"tcp_user_timeout": 10_000, "keepalives_idle": 5, "keepalives_interval": 5}
"""For libpq: a PostgreSQL whose machine lost its power or its network is noticed after some 10 s. The system
alone would wait 15 minutes for an answer, and 2 hours where nothing was asked."""


def _engine(url: str, wait_seconds: float, name: str) -> Engine:
    parsed = make_url(url)
    pool: dict[str, Any] = {
        "pool_size": POOL_SIZE,
        "max_overflow": POOL_OVERFLOW,
        "pool_timeout": wait_seconds,
    }
    if parsed.get_backend_name() == "sqlite":
        if parsed.database in {None, "", ":memory:"}:
            raise ValueError("the SQLite store is a file: a memory database is another one for each thread")
        engine = create_engine(parsed, connect_args={"timeout": wait_seconds}, **pool)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        # a plan for any values is bad where a commune has a hundredth of the rows, and a month of years
        planned = "-c plan_cache_mode=force_custom_plan"
        options = f"-c lock_timeout={int(wait_seconds * 1000)} -c timezone=UTC {planned}"
        connecting = {"options": options, "connect_timeout": 10, "application_name": name, **DEAD_LINES}
        engine = create_engine(parsed, connect_args=connecting, pool_pre_ping=True, **pool)
        event.listen(engine, "begin", _forget_changes)
    event.listen(engine, "after_cursor_execute", _note_change)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = (
        None  # the driver must not begin transactions by itself: `_begin_sqlite` does
    )
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    _have_wal(connection)


def _have_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL, once per file; SQLite does not wait by itself while another process does the same."""
    for left in range(_WAL_TRIES, -1, -1):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if not left:
                raise
            time.sleep(_WAL_PAUSE)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get(_MODE, "read")
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if mode == 'read' else 'OFF'}")
    # a migration rebuilds tables: foreign keys may dangle until it ends, and are checked then
    connection.exec_driver_sql(f"PRAGMA foreign_keys={'OFF' if mode == 'migrate' else 'ON'}")
    connection.exec_driver_sql("BEGIN" if mode == "read" else "BEGIN IMMEDIATE")
    _forget_changes(connection)


def _forget_changes(connection: Connection) -> None:
    connection.info[CHANGED] = Counter()


def _note_change(
    connection: Connection, cursor: Any, _sql: str, _values: Any, context: Any, _many: Any
) -> None:
    if context is not None and (context.isinsert or context.isupdate or context.isdelete) and cursor.rowcount:
        note_changed(connection, context.compiled.statement)


def note_changed(connection: Connection, statement: Any) -> None:
    """Note that an INSERT, UPDATE or DELETE changed rows of its table."""
    connection.info[CHANGED][statement.table.name] += 1


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the drivers' errors into ours: database busy, disk full, concurrent change, no connection."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict(_RACED, code=RACED) from error
    except PoolTimeoutError as error:
        raise Busy(_BUSY) from error
    except DataError as error:
        raise BadInput(_UNFIT, code="store.unfit") from error
    except (OperationalError, InterfaceError) as error:
        raise _ours(error) from error
    except DatabaseError as error:
        if isinstance(error.orig, sqlite3.DatabaseError) and error.orig.sqlite_errorcode in _SPOILT:
            raise Unavailable(_SPOILT_FILE, code="store.spoilt") from error
        if _is_too_old(error):
            raise StartFailed(_OLD, code="store.too-old") from error
        raise


def _ours(error: DBAPIError) -> LoaError:
    state = getattr(error.orig, "sqlstate", None)
    text = str(error.orig)
    if state in _LOCKED_STATES or "database is locked" in text:
        return Busy(_BUSY)
    if state in _FULL_STATES or "disk is full" in text:
        return Unavailable(_FULL, code="store.no-space")
    if _is_too_old(error):
        return StartFailed(_OLD, code="store.too-old")
    # people read that the database cannot be reached; the driver's own message is for the technician
    _LOG.error("the database refused: %s", error)
    return Unavailable(_GONE)


def _is_too_old(error: DBAPIError) -> bool:
    """Whether a table or column is missing: the program is newer than the last start of the station."""
    state = getattr(error.orig, "sqlstate", None)
    return state in _ABSENT_STATES or str(error.orig).startswith(("no such table", "no such column"))
