"""`loa restore`: restores a backup on an empty machine, or not at all; see docs/operator.md (backup)."""

import os
import shutil
import sqlite3
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from controller.errors import BadInput, Conflict, NotFound, Unavailable
from controller.features.backups.backup import (
    BROKER_PASSWORDS,
    DATABASE,
    FIRST_PASSWORDS,
    FOLDERS,
    KEYS,
    SETTINGS,
    WORDS,
    elsewhere,
    folders_of,
)
from controller.features.backups.snapshots import kind_of, load_database, refuse_full
from controller.host.archives import decrypted, unpacked
from controller.host.home_folder import HomeLock, make_home, write_private
from controller.host.sound_stores import file_store_at
from controller.model.local_time import wall
from controller.settings import Settings
from controller.store.migrating import is_known
from tts.errors import NoSpace, StoreAway
from tts.file_stores import FolderStore
from tts.files import LEFTOVER, sweep_leftovers
from tts.store_copies import copy_store

_RESTORED_SETTINGS = "restored.env"
_SINGLE = frozenset({DATABASE, SETTINGS, BROKER_PASSWORDS, FIRST_PASSWORDS})


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back."""

    made_at: datetime
    parts: int
    left: tuple[str, ...]
    """What is left to do, a sentence each."""


def restore(settings: Settings, file: Path, identity: Path | None = None) -> list[str]:
    """Put everything of a backup where the settings say, and return what to tell the person; see below."""
    found = bring_back(settings, file, identity)
    return [
        f"Đã khôi phục đài theo bản sao {wall(found.made_at)} vào «{settings.home}» ({found.parts} phần).",
        *found.left,
        "Đài cũ phải dừng hẳn trước khi chạy đài này. Đồng hồ máy phải đúng. Sau đó: «loa doctor», «loa up».",
    ]


def bring_back(settings: Settings, file: Path, identity: Path | None = None) -> Restored:
    """Put everything of a backup where the settings say.

    Home and database must be empty; what was begun and broken off may be begun again. Everything is unpacked
    and checked against its digests before anything is put in its place. Raises BadInput, Conflict, NotFound,
    StartFailed or Unavailable.
    """
    if not file.is_file():
        raise NotFound(f"Không có tệp «{file}».", code="restore.no-file")
    make_home(settings.home)
    lock = HomeLock(settings.home)
    lock.take()
    try:
        return _restore(settings, file, identity)
    except (OSError, sqlite3.Error, NoSpace, StoreAway) as error:
        raise Unavailable(f"Chưa khôi phục được: {error}. Hãy làm lại.", code="restore.failed") from error
    finally:
        lock.release()


def _restore(settings: Settings, file: Path, identity: Path | None) -> Restored:
    refuse_full(settings.database)
    sweep_leftovers(settings.home.glob(f"*{LEFTOVER}"))
    with ExitStack() as always:
        scratch = Path(
            always.enter_context(
                tempfile.TemporaryDirectory(dir=settings.home, prefix=f"{os.getpid()}-", suffix=LEFTOVER)
            )
        )
        with decrypted(file, identity) as content:
            manifest = unpacked(content, lambda name: _place_in(scratch, name))
        _refuse_unfit(settings, manifest, scratch)
        for name, folder in folders_of(settings).items():
            _move_all(scratch / name, folder)
        told = [*_put_settings(settings, scratch), *_put_into_buckets(settings, scratch)]
        told += _left_elsewhere(settings, manifest)
        load_database(settings.database, scratch / DATABASE)  # last step: after it the home is a station
    return Restored(datetime.fromisoformat(manifest["made_at"]), len(manifest["parts"]), tuple(told))


def _place_in(scratch: Path, name: str) -> Path:
    """Return where a part is unpacked, or raise BadInput: no backup may write anywhere else."""
    steps = name.split("/")
    known = name in _SINGLE if len(steps) == 1 else steps[0] in FOLDERS
    if not known or any(step in {"", ".", ".."} or "\0" in step for step in steps):
        raise BadInput(f"Bản sao lưu có phần lạ: «{name}». Chưa có gì được khôi phục.", code="restore.broken")
    return scratch.joinpath(*steps)


def _refuse_unfit(settings: Settings, manifest: dict[str, Any], scratch: Path) -> None:
    """Raise BadInput or Conflict for a backup that cannot be brought to life here."""
    kind, wanted = str(manifest.get("database")), kind_of(settings.database)
    if kind != wanted:
        raise BadInput(
            f"Bản sao lưu là của cơ sở dữ liệu {kind}, nhưng LOA_DATABASE_URL chỉ {wanted}. Hãy đặt "
            "LOA_DATABASE_URL cho khớp (PostgreSQL: một cơ sở dữ liệu trống).",
            code="restore.database",
        )
    if not (scratch / DATABASE).is_file() or not is_known(str(manifest.get("revision"))):
        raise BadInput(
            "Bản sao lưu thuộc phiên bản mới hơn chương trình này. Hãy cập nhật chương trình trước.",
            code="store.too-new",
        )
    for key in sorted((scratch / KEYS).rglob("*")):
        there = settings.keys_dir / key.relative_to(scratch / KEYS)
        if key.is_file() and there.exists() and there.read_bytes() != key.read_bytes():
            raise Conflict(
                f"«{there}» là khóa của một đài khác. Chỉ khôi phục vào chỗ trống. Chưa có gì thay đổi.",
                code="restore.not-empty",
            )


def _move_all(unpacked_to: Path, folder: Path) -> None:
    """Move the files of a part into their folder; what a restore that broke off moved is there already."""
    for place in sorted(unpacked_to.rglob("*")):
        if place.is_file():
            target = folder / place.relative_to(unpacked_to)
            target.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
            shutil.move(place, target)  # the folder of added voices may be on another disk


def _put_into_buckets(settings: Settings, scratch: Path) -> list[str]:
    """Store what a backup of folders holds in S3, where it is to be from now on; raises StoreAway."""
    told = []
    for name, place in elsewhere(settings).items():
        if (scratch / name).is_dir():
            source, target = FolderStore(scratch / name), file_store_at(place, settings, f"{name}-near")
            done = copy_store(source, target)
            told.append(f"Đã chép {WORDS[name]} trong bản sao vào «{place}»: {done.copied} tệp.")
    return told


def _left_elsewhere(settings: Settings, manifest: dict[str, Any]) -> list[str]:
    """Return what the backup does not hold because it was in S3, and what to do, a sentence each."""
    told = []
    for name, place in dict(manifest.get("elsewhere", {})).items():
        here = elsewhere(settings).get(name) or folders_of(settings).get(name)
        what = (
            "«loa doctor» cho biết bản nào thiếu."
            if here == place
            else f"Đài này tìm ở «{here}»: hãy chép sang bằng «loa recordings copy»."
        )
        told.append(f"Bản sao không có {WORDS.get(name, name)}: chúng nằm ở «{place}». {what}")
    return told


def _put_settings(settings: Settings, scratch: Path) -> list[str]:
    """Store the old settings next to the new ones without overwriting them; return what is left to do."""
    home = settings.home
    write_private(home / _RESTORED_SETTINGS, (scratch / SETTINGS).read_text("utf-8"))
    told = [f"Thiết lập của đài cũ nằm trong «{home / _RESTORED_SETTINGS}»: so với /etc/loa.env rồi xóa đi."]
    if (scratch / FIRST_PASSWORDS).is_file():
        write_private(home / FIRST_PASSWORDS, (scratch / FIRST_PASSWORDS).read_text("utf-8"))
    if (scratch / BROKER_PASSWORDS).is_file():
        content = (scratch / BROKER_PASSWORDS).read_text("utf-8")
        target = settings.broker_passwords
        if target is None or target.exists():
            target = home / BROKER_PASSWORDS
            told.append(f"Mật khẩu của trạm trung chuyển nằm trong «{target}»: chép vào tệp của Mosquitto.")
        write_private(target, content)
    return told
