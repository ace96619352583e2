"""`loa restore --rehearsal`: a backup is brought back in a place of its own, checked, and thrown away."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url, select
from sqlalchemy.exc import ArgumentError

from controller.errors import BadInput, LoaError, NotFound
from controller.features.backups.last_rehearsal import FAILED, LAST
from controller.features.backups.restore import bring_back
from controller.features.backups.snapshots import kind_of
from controller.features.journal.chain import JournalBroken, verify
from controller.features.journal.queries import export
from controller.host.home_folder import make_home, write_private
from controller.model.accounts import HeldKey
from controller.model.local_time import wall
from controller.settings import Settings
from controller.store import Store
from devices.ids import Role
from tts.files import LEFTOVER


def rehearse(
    settings: Settings, file: Path, identity: Path | None, database: str | None, *, now: datetime
) -> list[str]:
    """Restore a backup into a folder that is deleted afterwards; return what to tell the person.

    `database`: an empty PostgreSQL database, where the station's is one; it keeps the copy. The running
    station is not touched. The whole archive is read and compared with its digests, the database is opened,
    upgraded as at a start, and its journal checked. Raises as `restore`, or Unavailable.
    """
    with _scratch_home(settings, database) as scratch, _noting_failure(settings.home, file, now):
        found = bring_back(scratch, file, identity)
        entries = _entries_of(scratch)
    (settings.home / FAILED).unlink(missing_ok=True)
    told = {"at": now.isoformat(), "made_at": found.made_at.isoformat(), "file": str(file.absolute())}
    write_private(settings.home / LAST, json.dumps(told, ensure_ascii=False))
    return [
        f"Thử khôi phục được: bản sao {wall(found.made_at)}, {found.parts} phần đúng từng byte.",
        f"Nhật ký {entries} mục nguyên vẹn. Đài đang chạy không bị động tới.",
    ]


@contextmanager
def _noting_failure(home: Path, file: Path, now: datetime) -> Iterator[None]:
    """Note for the page that a backup could not be brought back; not where there is no such file."""
    try:
        yield
    except NotFound:
        raise
    except LoaError as error:
        told = {"at": now.isoformat(), "file": str(file.absolute()), "fault": error.sentence}
        write_private(home / FAILED, json.dumps(told, ensure_ascii=False))
        raise


@contextmanager
def _scratch_home(settings: Settings, database: str | None) -> Iterator[Settings]:
    """Yield settings of a station in a folder of its own, which is deleted in the end."""
    is_sqlite = kind_of(settings.database) == "sqlite"
    if is_sqlite and database is not None:
        raise BadInput("Đài này dùng SQLite, không cần --database.", code="restore.database")
    if not is_sqlite and not _is_postgresql(database):
        raise BadInput(
            "Hãy cho biết một cơ sở dữ liệu PostgreSQL trống: --database postgresql+psycopg://…",
            code="restore.database",
        )
    make_home(settings.home)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=f"{os.getpid()}-", suffix=LEFTOVER) as folder:
        own = {
            "home": Path(folder),
            "database_url": database or "",
            "broker_passwords": None,
            "voices": None,
            "recordings": "",
            "uploads": "",
        }
        yield settings.model_copy(update=own)


def _is_postgresql(address: str | None) -> bool:
    try:
        return address is not None and make_url(address).get_backend_name() == "postgresql"
    except ArgumentError:
        return False


def _entries_of(scratch: Settings) -> int:
    store = Store(scratch.database)
    try:
        store.upgrade()
        with store.read() as session:
            stations = select(HeldKey.public).where(HeldKey.role == Role.STATION)
            return verify(export(session), session.scalars(stations).all()).entries
    except JournalBroken as error:
        raise LoaError(error.sentence, code=error.code) from error
    finally:
        store.close()
