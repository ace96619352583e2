"""The station's home folder: closed to other users, locked by one station at a time; see docs/storage.md."""

import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from controller.errors import StartFailed
from controller.store.station_lock import locked_file

T = TypeVar("T")
_LOG = logging.getLogger(__name__)

LOCK = "lock"
"""Name of the lock file; its content (a process id) is for people only."""
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600
_OTHERS = 0o007


def make_home(home: Path) -> None:
    """Create the folder with access for its owner alone; from an existing one, remove access of others.

    The group keeps its access. Keys, passwords and recordings lie in the folder, and the programs in it write
    files with their own modes.
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
    """Replace a file atomically; only its owner may read it.

    What root writes belongs to the owner of the folder: notes and keys in a home are the station's to read.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)  # a file left by a crash may have another mode
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE), "wb") as file:
        if os.geteuid() == 0:
            folder = path.parent.stat()
            with suppress(PermissionError):  # root without its capabilities, or on a network's file system
                os.fchown(file.fileno(), folder.st_uid, folder.st_gid)
        file.write(text.encode("utf-8", "surrogateescape"))
        file.flush()
        os.fsync(file.fileno())  # a key that loudspeakers trust must survive a power cut
    part.replace(path)


def read_note(path: Path, of: Callable[[Any], T]) -> T | None:
    """Return what a note says, by `of`; None where there is none, or none that can be read and understood."""
    try:
        return of(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


@dataclass
class HomeLock:
    """Lock held from start to stop; the kernel releases it when the process ends for any reason."""

    home: Path
    _descriptor: int | None = None

    def take(self) -> None:
        """Take the lock; raise StartFailed when another station holds it, before anything else is touched."""
        self._descriptor = locked_file(self.home / LOCK, str(os.getpid()), self._in_use)

    def release(self) -> None:
        """Release the lock."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _in_use(self, process: str) -> StartFailed:
        return StartFailed(
            f"Một đài khác đang chạy trong «{self.home}» (tiến trình {process}) và không bị ảnh hưởng. "
            "Hãy dừng đài đó trước; muốn chạy hai đài, mỗi đài cần một thư mục riêng (LOA_HOME).",
            code="station.home_in_use",
        )


PRACTICE = "TAP-DUOT.txt"
"""The file that says that a home folder is a practice station's."""


def take_practice_home(home: Path) -> None:
    """Mark a folder as a practice station's; raise StartFailed where a station that is none lies in it."""
    make_home(home)
    mark = home / PRACTICE
    if not mark.exists() and ((home / "keys").exists() or (home / "loa.sqlite").exists()):
        raise StartFailed(
            f"«{home}» là thư mục của một đài thật. Tập dượt cần một thư mục riêng: --home. "
            "Chưa có gì thay đổi.",
            code="practice.real_home",
        )
    write_private(mark, "Đài tập dượt: loa mô phỏng, khóa riêng. Xóa cả thư mục này là bỏ hết.\n")


def refuse_practice_home(home: Path) -> None:
    """Raise StartFailed where a practice station lies: it never becomes a real one."""
    if (home / PRACTICE).exists():
        raise StartFailed(
            f"«{home}» là thư mục của đài tập dượt. Chạy lại bằng «loa practice», hoặc chọn thư mục khác "
            "bằng LOA_HOME. Chưa có gì được khởi động.",
            code="practice.home",
        )
