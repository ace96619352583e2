"""Lock that allows one publishing station per database; docs/several-machines.md.

On PostgreSQL a lease (`station_lease`). On SQLite, which serves one machine, a lock file beside the database
that the kernel releases.
"""

import contextlib
import fcntl
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from controller.errors import StartFailed
from controller.store.engine import Store
from controller.store.station_lease import Lease, database_in_use, place_in_words

_PRIVATE = 0o600


def lock_of(store: Store, home: Path) -> "FileLock | Lease":
    """Return the lock of a database for the station of a home, not taken yet."""
    if store.is_sqlite:
        return FileLock(Path(store.url.database or "").absolute(), home)
    return Lease(store.url, home, store.session_name)


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
        self._descriptor = locked_file(self.path, place_in_words(self.home), database_in_use)

    def wait(self, given_up: threading.Event) -> bool:
        """Take it, or raise StartFailed: nobody stands by at a database of one machine."""
        del given_up
        self.take()
        return True

    def guard(self, session: Session) -> None:
        """Let every transaction in: the kernel's lock needs no other proof."""

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
