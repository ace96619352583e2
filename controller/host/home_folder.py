"""The station's home folder: closed to others, and held by one station at a time; see docs/operator.md."""

import contextlib
import fcntl
import logging
import os
from dataclasses import dataclass
from pathlib import Path

from controller.errors import StartFailed

_LOG = logging.getLogger(__name__)

LOCK = "lock"
"""Name of the file that is held; what it says (a process number) is for people only."""
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600
_OTHERS = 0o007


def make_home(home: Path) -> None:
    """Make the folder for its owner alone; one that is there is closed to strangers, its group may stay.

    Keys, passwords and recordings lie in it, and its programs write files with the modes of their own.
    """
    if not home.exists():
        home.mkdir(parents=True, mode=_PRIVATE_FOLDER, exist_ok=True)
        return
    mode = home.stat().st_mode
    if not mode & _OTHERS:
        return
    try:
        home.chmod(mode & ~_OTHERS & 0o7777)
    except PermissionError:
        _LOG.warning("%s is open to others, and is not ours to close", home)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all, whatever was there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)  # one that a crash left behind might have another mode
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE), "wb") as file:
        file.write(text.encode("utf-8", "surrogateescape"))
        file.flush()
        os.fsync(file.fileno())  # a key that loudspeakers trust must not be lost with the power
    part.replace(path)


@dataclass
class HomeLock:
    """Held from start to stop; the kernel lets go of it when the process ends, however it ends."""

    home: Path
    _descriptor: int | None = None

    def take(self) -> None:
        """Take it; StartFailed when another station holds it. Nothing in the home was touched then."""
        descriptor = os.open(self.home / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE_FILE)
        with contextlib.ExitStack() as unless_taken:
            unless_taken.callback(os.close, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StartFailed(self._in_use(descriptor), code="station.home_in_use") from None
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            unless_taken.pop_all()
        self._descriptor = descriptor

    def release(self) -> None:
        """Let the next station in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _in_use(self, descriptor: int) -> str:
        process = os.pread(descriptor, 20, 0).decode("ascii", "replace")
        return (
            f"Một đài khác đang chạy trong «{self.home}» (tiến trình {process}) và không bị ảnh hưởng. "
            "Hãy dừng đài đó trước; muốn chạy hai đài, mỗi đài cần một thư mục riêng (LOA_HOME)."
        )
