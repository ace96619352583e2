"""`loa backup`: a dated copy of the database of a running station; see docs/operator.md (backup)."""

import json
import os
import sqlite3
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from controller.clocks import utc_now
from controller.errors import BadInput, NotFound, Unavailable
from controller.settings import Settings
from controller.station.home import write_private

_LAST = "last-backup.json"
_WAIT_SECONDS = 30.0  # for a writer that is in the middle of something; none of ours takes so long
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600  # sealed keys and password hashes are in it


def back_up_here(folder: Path) -> list[str]:
    """Back up the station that the environment names; see `back_up`."""
    return back_up(Settings(), folder, now=utc_now())


def back_up(settings: Settings, folder: Path, *, now: datetime) -> list[str]:
    """Copy the database into a new file of the folder, check the copy, and return what to tell the person.

    The station may run meanwhile. The file has its final name only once it is whole and on the disk; a copy
    that fails leaves nothing behind. Raises BadInput, NotFound or Unavailable.
    """
    if not settings.database.startswith("sqlite"):
        raise BadInput("Cơ sở dữ liệu không phải SQLite: hãy sao lưu bằng pg_dump.", code="backup.not-sqlite")
    source = Path(settings.database.partition(":///")[2])
    if not source.exists():
        raise NotFound(
            f"Chưa có đài nào trong «{settings.home}». Hãy chạy «loa up» trước.", code="station.none"
        )
    try:
        folder.mkdir(parents=True, mode=_PRIVATE_FOLDER, exist_ok=True)
        made = _copy(source, _free_name(folder, now))
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(
            f"Chưa sao lưu được vào «{folder}»: {error}. Bản sao trước (nếu có) vẫn còn nguyên.",
            code="backup.failed",
        ) from error
    return [
        *_note(settings.home, made, now),
        f"Đã sao lưu và kiểm tra: {made} ({made.stat().st_size:,} byte).",
        f"Hãy chép thêm {settings.recordings_dir} và {settings.keys_dir}: bản sao này không gồm chúng.",
        "Cất tất cả ở máy khác, nơi chỉ quản trị viên đọc được.",
    ]


@dataclass(frozen=True, slots=True)
class LastBackup:
    """When the database was copied last, and where to, as the page Cài đặt shows it."""

    at: datetime
    file: str
    size: int


def last_backup(home: Path) -> LastBackup | None:
    """Return the last backup that was noted in the home folder, or None."""
    try:
        told = json.loads((home / _LAST).read_text("utf-8"))
        return LastBackup(datetime.fromisoformat(told["at"]), str(told["file"]), int(told["size"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _note(home: Path, made: Path, now: datetime) -> list[str]:
    """Note the copy for the page; a copy that is good stays good where that cannot be written."""
    told = {"at": now.isoformat(), "file": str(made.absolute()), "size": made.stat().st_size}
    try:
        write_private(home / _LAST, json.dumps(told, ensure_ascii=False))
    except OSError as error:
        return [f"Bản sao đã xong, nhưng không ghi được ngày sao lưu vào «{home}»: {error}."]
    return []


def _free_name(folder: Path, now: datetime) -> Path:
    stem = now.strftime("loa-%Y%m%dT%H%M%SZ")
    names = (f"{stem}.sqlite", *(f"{stem}-{n}.sqlite" for n in range(2, 100)))
    return next(folder / name for name in names if not (folder / name).exists())


def _copy(source: Path, target: Path) -> Path:
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    with ExitStack() as always:
        always.callback(part.unlink, missing_ok=True)
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE_FILE)
        always.callback(os.close, descriptor)
        # mode rw: a database in WAL mode that nobody has open cannot be read without writing beside it
        address = f"{source.absolute().as_uri()}?mode=rw"
        with (
            closing(sqlite3.connect(address, uri=True, timeout=_WAIT_SECONDS)) as original,
            closing(sqlite3.connect(part)) as copy,
        ):
            original.backup(copy)  # all pages in one step: one view, and nobody who writes has to wait
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without others beside it
            found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(f"integrity check: {found}")
        os.fsync(descriptor)
        part.rename(target)
    _sync_folder(target.parent)
    return target


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
