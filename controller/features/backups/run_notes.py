"""What the home folder says of the last attempt to back up; the lock of one at a time. docs/storage.md."""

import fcntl
import json
import logging
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from controller.errors import Conflict, LoaError, NotFound, Unavailable
from controller.host.home_folder import read_note, write_private

_RUN: Final = "backup-run.json"
BROKEN_OFF: Final = (
    "Lần sao lưu bị ngắt giữa chừng: tiến trình bị dừng, hoặc quá sáu giờ. Bản sao trước (nếu có) vẫn còn "
    "nguyên. Hãy sao lưu lại."
)
_LOG = logging.getLogger(__name__)


class BackupWay(StrEnum):
    """How a backup was begun."""

    PAGE = "page"
    COMMAND = "command"  # typed at a terminal
    TIMER = "timer"  # a command that no terminal typed


@dataclass(frozen=True, slots=True)
class BackupMaker:
    """Who makes a backup: a person of the page, or an account of the machine. Unknown: noted by 0.1."""

    way: BackupWay | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class BackupRun:
    """The last attempt: who began it, and how it ended; `fault` is empty of one that succeeded."""

    began_at: datetime
    by: BackupMaker
    ended_at: datetime | None = None
    fault: str = ""


@dataclass
class BackupTurn:
    """Held while a backup of a home is made, by whom ever; the kernel releases it when the process ends.

    The folder itself is locked: a file that root once made would keep the station's own account out.
    """

    home: Path
    _descriptor: int | None = None

    def take(self) -> None:
        """Take it; raise Conflict while another backup is made, NotFound or Unavailable without a home."""
        try:
            descriptor = os.open(self.home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise NotFound("Chưa có đài nào ở đây. Hãy chạy «loa up» trước.", code="station.none") from None
        except OSError as error:
            raise Unavailable(f"Chưa sao lưu được: {error}.", code="backup.failed") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise Conflict(
                "Đang có một lần sao lưu khác chạy. Hãy đợi nó xong.", code="backup.running"
            ) from None
        self._descriptor = descriptor

    def release(self) -> None:
        """Release it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_running(home: Path) -> bool:
    """Whether a backup is being made; asked of a run that has not ended, since it tries the lock."""
    turn = BackupTurn(home)
    try:
        turn.take()
    except Conflict:
        return True
    except LoaError:
        return False
    turn.release()
    return False


def last_run(home: Path) -> BackupRun | None:
    """Return the last attempt that was noted, or None."""

    def of(told: Any) -> BackupRun:
        ended = told["ended_at"]
        return BackupRun(
            datetime.fromisoformat(told["began_at"]),
            maker_in(told),
            None if ended is None else datetime.fromisoformat(ended),
            str(told["fault"]),
        )

    return read_note(home / _RUN, of)


def note_run(home: Path, run: BackupRun) -> None:
    """Note an attempt; a backup that is good stays good where that cannot be written."""
    told = {"began_at": run.began_at.isoformat(), **asdict(run.by), "fault": run.fault}
    told["ended_at"] = None if run.ended_at is None else run.ended_at.isoformat()
    try:
        write_private(home / _RUN, json.dumps(told, ensure_ascii=False))
    except OSError as error:
        _LOG.warning("the backup cannot be noted in %s: %s", home, error)


def maker_in(told: dict[str, str]) -> BackupMaker:
    """Return who made what a note tells of; of a note of 0.1 it is unknown."""
    way = told.get("way")
    return BackupMaker(None if way is None else BackupWay(way), str(told.get("name", "")))
