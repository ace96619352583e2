"""Lock that allows one publishing station per database, held from start to stop; docs/operator.md.

On PostgreSQL an advisory lock in a session of its own: the server releases it when the session ends for any
reason. On SQLite, which serves one machine, a lock file beside the database that the kernel releases.
"""

import contextlib
import fcntl
import hashlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from controller.errors import StartFailed, Unavailable

_LOG = logging.getLogger(__name__)

CHECKED_WITHIN = 10.0
"""Seconds: a lock that was not checked for so long counts as lost. Longer than one check may take."""
_LOCK = 0x10A_0004
_PATIENCE, _PAUSE = 2.0, 0.25  # seconds to wait for another station that is just ending
_OWN_PATIENCE = 40.0
"""Seconds to wait for a session left by a crash of this home: the server notices a dead machine in 25."""
_TIMEOUT_S = 5
_LONGEST_NAME = 63  # bytes of a session's name that PostgreSQL keeps
_PRIVATE = 0o600


def lock_of(url: URL, home: Path) -> "FileLock | SessionLock":
    """Return the lock of a database for the station of a home, not taken yet."""
    if url.get_backend_name() == "sqlite":
        return FileLock(Path(url.database or "").absolute(), home)
    return SessionLock(url, home)


def _refused(holder: str) -> StartFailed:
    return StartFailed(
        f"Một đài khác đang dùng cơ sở dữ liệu này và không bị ảnh hưởng: {holder}. Chỉ một đài được gửi kế "
        "hoạch tới loa. Hãy dừng đài đó trước; muốn chạy hai đài, mỗi đài cần một cơ sở dữ liệu riêng "
        "(LOA_DATABASE_URL).",
        code="station.database_in_use",
    )


def _in_words(host: str, process: str, home: str) -> str:
    return f"máy «{host}», tiến trình {process}, thư mục «{home}»"


def locked_file(path: Path, holder: str, refused: Callable[[str], StartFailed]) -> int:
    """Lock a file, write its holder into it, and return its descriptor, whose closing releases the lock.

    Raises what `refused` makes of the present holder's text.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
    with contextlib.ExitStack() as unless_taken:
        unless_taken.callback(os.close, descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise refused(os.pread(descriptor, 1000, 0).decode("utf-8", "replace")) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, holder.encode(), 0)
        unless_taken.pop_all()
    return descriptor


@dataclass
class FileLock:
    """File lock of this process; if the file is deleted meanwhile, a new one is locked."""

    database: Path
    home: Path
    _descriptor: int | None = None

    @property
    def path(self) -> Path:
        """The lock file: beside the database itself, with symbolic links resolved."""
        real = self.database.resolve()
        return real.with_name(real.name + "-station")

    @property
    def is_held(self) -> bool:
        """Whether it is held."""
        return self._descriptor is not None

    def take(self) -> None:
        """Take it, or raise StartFailed."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        holder = _in_words(socket.gethostname(), str(os.getpid()), str(self.home.absolute()))
        self._descriptor = locked_file(self.path, holder, _refused)

    def check(self) -> bool:
        """Check whether the path still names the locked file."""
        if self._descriptor is not None and self._is_there(self._descriptor):
            return True
        self.release()
        with contextlib.suppress(StartFailed, OSError):
            self.take()
        return self.is_held

    def release(self) -> None:
        """Release it; the file may stay."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _is_there(self, descriptor: int) -> bool:
        try:
            there = self.path.stat()
        except OSError:
            return False
        mine = os.fstat(descriptor)
        return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)


@dataclass
class SessionLock:
    """Advisory lock of one session at the server, checked regularly; the session's name says who holds it."""

    url: URL
    home: Path
    clock: Callable[[], float] = time.monotonic
    _connection: Connection | None = None
    _checked_at: float | None = None
    _logged: str = ""  # the holder named in the last log entry
    _mine: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_held(self) -> bool:
        """Whether it was held at the last check, if that is recent: a check that hangs does not count."""
        seen = self._checked_at
        return seen is not None and self.clock() - seen < CHECKED_WITHIN

    def take(self) -> None:
        """Take it, or raise StartFailed; waits for a session that a crash of this home left."""
        began = time.monotonic()
        with self._mine:
            try:
                while not self._try():
                    mark, holder = self._holder()
                    patience = _OWN_PATIENCE if mark == self._mark() else _PATIENCE
                    if time.monotonic() - began > patience:
                        self._drop()
                        raise _refused(holder)
                    time.sleep(_PAUSE)
            except SQLAlchemyError as error:
                self._drop()
                raise Unavailable(
                    "Không dùng được cơ sở dữ liệu, nên đài chưa chạy được.", code="store.unavailable"
                ) from error

    def check(self) -> bool:
        """Check it; if it was lost, try once to take it again."""
        with self._mine:
            try:
                if self._connection is not None and self._checked_at is not None:
                    self._connection.execute(text("SELECT 1"))
                    self._checked_at = self.clock()
                elif self._try():
                    self._logged = ""
                    _LOG.warning("the station's lock at the database is held again: it publishes")
                elif self._logged != (holder := self._holder()[1]):
                    self._logged = holder
                    _LOG.error("another station holds the database: nothing is published here (%s)", holder)
            except SQLAlchemyError as error:
                if self._checked_at is not None:
                    _LOG.error("the station's lock at the database is lost: nothing is published (%s)", error)
                self._drop()
        return self.is_held

    def release(self) -> None:
        """End the session."""
        with self._mine:
            self._drop()

    def _try(self) -> bool:
        connection = self._connection = self._connection or self._connect()
        if connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}):
            self._checked_at = self.clock()
            return True
        return False

    def _connect(self) -> Connection:
        name = f"{self._mark()} {socket.gethostname()}:{os.getpid()}:{self.home.absolute()}"
        name = name.encode("ascii", "replace")[:_LONGEST_NAME].decode()
        engine = create_engine(
            self.url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={
                "connect_timeout": _TIMEOUT_S,
                "application_name": name,
                "options": f"-c statement_timeout={_TIMEOUT_S * 1000}",
                "tcp_user_timeout": _TIMEOUT_S * 1000,  # waits this long for an unresponsive server
            },
        )
        connection = engine.connect()
        for setting in ("tcp_keepalives_idle=10", "tcp_keepalives_interval=5", "tcp_keepalives_count=3"):
            connection.execute(text(f"SET {setting}"))  # so that the server notices a dead machine in 25 s
        return connection

    def _holder(self) -> tuple[str, str]:
        """Return the id of the home that holds it, and its name in words."""
        assert self._connection is not None
        name = self._connection.scalar(text(f"SELECT application_name {_HOLDERS}"), {"lock": _LOCK})
        mark, _, told = str(name or "").partition(" ")
        host, _, rest = told.partition(":")
        process, _, home = rest.partition(":")
        return mark, _in_words(host or "?", process or "?", home or "?")

    def _mark(self) -> str:
        """Return a short name of this home on this machine."""
        place = f"{socket.gethostname()}:{self.home.absolute()}"
        return f"loa-{hashlib.sha256(place.encode()).hexdigest()[:8]}"

    def _drop(self) -> None:
        connection, self._connection, self._checked_at = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(SQLAlchemyError):
                connection.invalidate()
                connection.close()


_HOLDERS = (
    "FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory' AND granted "
    "AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND classid = 0 AND objid = :lock AND objsubid = 1 AND pid <> pg_backend_pid()"
)
