"""Atomic writing of files: complete or absent, also after a crash or a power cut."""

import errno
import hashlib
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from tts.errors import NoSpace

LEFTOVER = ".part"
FOREIGN_KEPT_S = 86_400
"""Seconds that a part of another machine's stays in a folder that both share: whether its writer lives is not
known here."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PERMISSIONS = 0o644


@cache
def _machine() -> str:
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]


def own_prefix() -> str:
    """Return how the names of parts begin that this process writes: its number and its machine."""
    return f"{os.getpid()}-{_machine()}-"


def write_whole(place: Path, content: bytes) -> None:
    """Write the file and return when it is on the disk; raises NoSpace, then no part of it is left."""
    with room_needed():
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=own_prefix(), suffix=LEFTOVER)
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            part.chmod(_PERMISSIONS)
            part.replace(place)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    sync_folder(place.parent)


@contextmanager
def room_needed() -> Iterator[None]:
    """Turn the system's errors for a full disk or quota into NoSpace."""
    try:
        yield
    except OSError as refused:
        if refused.errno in _FULL:
            raise NoSpace from refused
        raise


@contextmanager
def drafting(folder: Path) -> Iterator[Path]:
    """Give an empty folder inside `folder`, to put something together; afterwards it is removed."""
    with room_needed():
        folder.mkdir(parents=True, exist_ok=True)
        sweep_leftovers(folder.glob(f"*{LEFTOVER}"))
        name = {"prefix": own_prefix(), "suffix": LEFTOVER}
        with tempfile.TemporaryDirectory(dir=folder, **name, ignore_cleanup_errors=True) as draft:
            yield Path(draft)


def sweep_leftovers(candidates: Iterable[Path]) -> int:
    """Remove incomplete files and folders whose writer has ended; return how many there were.

    Their names begin with the writer's process number and machine (`own_prefix`).
    """
    swept = 0
    for candidate in candidates:
        if not _is_written(candidate):
            if candidate.is_dir():
                shutil.rmtree(candidate, ignore_errors=True)
            else:
                candidate.unlink(missing_ok=True)
            swept += 1
    return swept


def _is_written(part: Path) -> bool:
    writer, _, rest = part.name.partition("-")
    machine, between, _ = rest.partition("-")
    if between and machine != _machine():
        with suppress(OSError):  # whoever wrote it has finished
            return time.time() - part.stat().st_mtime < FOREIGN_KEPT_S
        return True
    return writer.isdecimal() and _is_alive(int(writer))


def _is_alive(process: int) -> bool:
    if process == os.getpid():
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def sync_folder(directory: Path) -> None:
    """Make the names of the folder's files durable, after one was renamed."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
