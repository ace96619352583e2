"""`loa backup`: everything of a station in one dated file, while it runs or not; docs/operator.md."""

import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from controller.errors import Unavailable
from controller.features.backups.run_notes import BackupMaker, maker_in
from controller.features.backups.snapshots import copy_database, kind_of, revision_of
from controller.host.archives import ArchiveWriter, encrypted_to, recipients_of
from controller.host.home_folder import read_note, write_private
from controller.host.sound_stores import folder_at
from controller.http.words import megabytes
from controller.settings import Settings
from tts.errors import NoSpace
from tts.files import LEFTOVER, sweep_leftovers

DATABASE = "database"
SETTINGS = "settings.env"
BROKER_PASSWORDS = "broker-passwords"
KEYS, RECORDINGS, UPLOADS, VOICES = FOLDERS = ("keys", "recordings", "uploads", "voices")
WORDS = {RECORDINGS: "bản ghi", UPLOADS: "tệp âm thanh gửi lên"}
"""What people call that which may be in S3."""
FIRST_PASSWORDS = "operators.txt"
_LAST = "last-backup.json"
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600  # sealed keys and password hashes are in it
_TRIES = 3  # attempts to get a consistent copy of keys and database
_PREFIX = "LOA_"
_ENCRYPTED = ".tar.age"
_UNKNOWN = BackupMaker()


def folders_of(settings: Settings) -> dict[str, Path]:
    """Return the folders that a backup holds, by their names in it; what is in S3 is none of them."""
    folders = {
        KEYS: settings.keys_dir,
        RECORDINGS: folder_at(settings.recordings_place),
        UPLOADS: folder_at(settings.uploads_place),
        VOICES: settings.voices_dir,
    }
    return {name: folder for name, folder in folders.items() if folder is not None}


def elsewhere(settings: Settings) -> dict[str, str]:
    """Return what is in S3, so that no backup holds it, with its address."""
    places = {RECORDINGS: settings.recordings_place, UPLOADS: settings.uploads_place}
    return {name: place for name, place in places.items() if folder_at(place) is None}


def back_up(
    settings: Settings,
    folder: Path,
    recipients: Sequence[str] = (),
    *,
    now: datetime,
    by: BackupMaker = _UNKNOWN,
) -> list[str]:
    """Write everything of a station into a new file of the folder, and return what to tell the person.

    The station may run meanwhile. `recipients` are public keys of age; without one nothing is encrypted. The
    file has its final name only once it is whole and on the disk; a backup that fails leaves nothing behind.
    Raises BadInput, NotFound or Unavailable.
    """
    keys = recipients_of(recipients)
    revision = revision_of(settings.database)
    try:
        folder.mkdir(parents=True, mode=_PRIVATE_FOLDER, exist_ok=True)
        sweep_leftovers(settings.home.glob(f"*{LEFTOVER}"))
        sweep_leftovers(folder.glob(f"*{LEFTOVER}"))
        made = _Making(settings, now, revision).into(_free_name(folder, now, is_encrypted=bool(keys)), keys)
    except (OSError, sqlite3.Error, NoSpace) as error:
        raise Unavailable(
            f"Chưa sao lưu được vào «{folder}»: {error}. Bản sao trước (nếu có) vẫn còn nguyên.",
            code="backup.failed",
        ) from error
    return [*_note(settings.home, made, now, by), *_told(settings, made, is_encrypted=bool(keys))]


def _told(settings: Settings, made: Path, *, is_encrypted: bool) -> list[str]:
    closed = (
        "Chỉ người có khóa giải mã mở được bản sao này. Hãy cất khóa ấy ở nơi khác."
        if is_encrypted
        else "Bản sao này không mã hóa: hãy cất ở nơi chỉ quản trị viên đọc được, hoặc mã hóa bằng --to."
    )
    return [
        f"Đã sao lưu: {made} ({megabytes(made.stat().st_size)}): cơ sở dữ liệu, bản ghi, khóa, thiết lập.",
        *(
            f"Không có trong bản sao: {WORDS[name]}, vì nằm ở «{place}». Kho S3 ấy phải giữ phiên bản cũ "
            "hoặc có bản sao riêng."
            for name, place in elsewhere(settings).items()
        ),
        closed,
        "Hãy chép sang máy khác, và thử ngay bằng «loa restore TỆP --rehearsal».",
    ]


@dataclass(frozen=True, slots=True)
class _Making:
    """One backup in progress."""

    settings: Settings
    now: datetime
    revision: str

    def into(self, target: Path, recipients: Sequence[object]) -> Path:
        """Write the file and return when it is on the disk."""
        part = target.with_name(f"{os.getpid()}-{target.name}{LEFTOVER}")
        with ExitStack() as always:
            always.callback(part.unlink, missing_ok=True)
            out = always.enter_context(
                os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE), "wb")
            )
            scratch = Path(
                always.enter_context(
                    tempfile.TemporaryDirectory(
                        dir=self.settings.home, prefix=f"{os.getpid()}-", suffix=LEFTOVER
                    )
                )
            )
            keys = self._copied_with_keys(scratch)
            with encrypted_to(out, recipients) as plain:
                self._write(ArchiveWriter(plain), scratch / DATABASE, keys)
            out.flush()
            os.fsync(out.fileno())
            part.rename(target)
        _sync_folder(target.parent)
        return target

    def _copied_with_keys(self, scratch: Path) -> dict[str, bytes]:
        """Copy the database and return the files of keys that belong to it: none may change meanwhile."""
        for last in range(_TRIES):
            keys = self._keys()
            copy_database(self.settings.database, scratch / DATABASE)
            if self._keys() == keys or last == _TRIES - 1:
                break
            (scratch / DATABASE).unlink()
        return keys

    def _keys(self) -> dict[str, bytes]:
        folder = self.settings.keys_dir
        return {
            f"{KEYS}/{place.relative_to(folder).as_posix()}": place.read_bytes() for place in _files(folder)
        }

    def _write(self, archive: ArchiveWriter, database: Path, keys: dict[str, bytes]) -> None:
        """Write all parts; recordings after the database, so that it names none that is missing."""
        archive.add_file(DATABASE, database)
        archive.add_bytes(SETTINGS, as_environment(self.settings).encode())
        for name, content in keys.items():
            archive.add_bytes(name, content)
        if self.settings.broker_passwords is not None:
            archive.add_file(BROKER_PASSWORDS, self.settings.broker_passwords)
        archive.add_file(FIRST_PASSWORDS, self.settings.home / FIRST_PASSWORDS)
        for name, folder in folders_of(self.settings).items():
            if name != KEYS:
                for place in _files(folder):
                    archive.add_file(f"{name}/{place.relative_to(folder).as_posix()}", place)
        archive.finish(
            {
                "made_at": self.now.isoformat(),
                "database": kind_of(self.settings.database),
                "revision": self.revision,
                "province": self.settings.province,
                "elsewhere": elsewhere(self.settings),
            }
        )


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder in their order, but for those that somebody is in the middle of writing."""
    for place in sorted(folder.rglob("*")):
        if place.is_file() and not place.is_symlink() and place.suffix != LEFTOVER:
            yield place


def as_environment(settings: Settings) -> str:
    """The settings that this station was given, a line each, as a service reads them from a file."""
    chosen = settings.model_dump(mode="json", include=settings.model_fields_set)
    return "".join(f"{_PREFIX}{name.upper()}={value}\n" for name, value in sorted(chosen.items()))


@dataclass(frozen=True, slots=True)
class LastBackup:
    """When the database was copied last, and where to, as the page Cài đặt shows it."""

    at: datetime
    file: str
    size: int
    by: BackupMaker = _UNKNOWN

    @property
    def is_encrypted(self) -> bool:
        """Whether only whoever has the private key can read it."""
        return self.file.endswith(_ENCRYPTED)


def last_backup(home: Path) -> LastBackup | None:
    """Return the last backup that was noted in the home folder, or None."""

    def of(told: Any) -> LastBackup:
        at, file, size = datetime.fromisoformat(told["at"]), str(told["file"]), int(told["size"])
        return LastBackup(at, file, size, maker_in(told))

    return read_note(home / _LAST, of)


def _note(home: Path, made: Path, now: datetime, by: BackupMaker) -> list[str]:
    """Note the copy for the page; a copy that is good stays good where that cannot be written."""
    told = {"at": now.isoformat(), "file": str(made.absolute()), "size": made.stat().st_size, **asdict(by)}
    try:
        write_private(home / _LAST, json.dumps(told, ensure_ascii=False))
    except OSError as error:
        return [f"Bản sao đã xong, nhưng không ghi được ngày sao lưu vào «{home}»: {error}."]
    return []


def _free_name(folder: Path, now: datetime, *, is_encrypted: bool) -> Path:
    stem, suffix = now.strftime("loa-%Y%m%dT%H%M%SZ"), _ENCRYPTED if is_encrypted else ".tar"
    names = (f"{stem}{suffix}", *(f"{stem}-{n}{suffix}" for n in range(2, 100)))
    return next(folder / name for name in names if not (folder / name).exists())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
