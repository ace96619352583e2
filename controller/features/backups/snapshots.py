"""Copies a station's database into one file and back: SQLite by its own backup, PostgreSQL by pg_dump.

The copy is one view of the database, while the station goes on writing.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from pathlib import Path
from typing import Literal

from sqlalchemy import URL, inspect, make_url, text

from controller.errors import BadInput, Conflict, NotFound, Unavailable
from controller.store import Store
from controller.store.url_redaction import redacted

Kind = Literal["sqlite", "postgresql"]

_WAIT_SECONDS = 30.0  # for a writer that is in the middle of something; none of ours takes so long
_TOOL_SECONDS = 4 * 3600.0  # for a database of many years on a slow disk
_PRIVATE_FILE = 0o600  # sealed keys and password hashes are in it


def kind_of(address: str) -> Kind:
    """Return the database engine of a URL."""
    return "sqlite" if make_url(address).get_backend_name() == "sqlite" else "postgresql"


def revision_of(address: str) -> str:
    """Return the migration at which a station's database stands; NotFound where there is no station."""
    url = make_url(address)
    if kind_of(address) == "sqlite" and not Path(url.database or "").exists():
        raise _no_station()
    store = Store(address)
    try:
        with store.read() as session:
            if not inspect(session.connection()).has_table("alembic_version"):
                raise _no_station()
            return str(session.scalar(text("SELECT version_num FROM alembic_version")))
    finally:
        store.close()


def _no_station() -> NotFound:
    return NotFound("Chưa có đài nào ở đây. Hãy chạy «loa up» trước.", code="station.none")


def copy_database(address: str, place: Path) -> None:
    """Copy the database into a new file; raises sqlite3.Error, OSError or Unavailable."""
    os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE))
    url = make_url(address)
    if kind_of(address) == "sqlite":
        _copy_sqlite(Path(url.database or ""), place)
    else:
        _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={place}")


def _copy_sqlite(source: Path, place: Path) -> None:
    # mode rw: a database in WAL mode that nobody has open cannot be read without writing beside it
    address = f"{source.absolute().as_uri()}?mode=rw"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=_WAIT_SECONDS)) as original,
        closing(sqlite3.connect(place)) as copy,
    ):
        original.backup(copy)  # all pages in one step: one view, and nobody who writes has to wait
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without others beside it
        found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(f"integrity check: {found}")


def refuse_full(address: str) -> None:
    """Raise Conflict unless the database is empty: nothing is ever written over."""
    url = make_url(address)
    if kind_of(address) == "sqlite":
        if Path(url.database or "").exists():
            raise _full(str(url.database))
        return
    store = Store(address)
    try:
        with store.read() as session:
            if inspect(session.connection()).get_table_names():
                raise _full(redacted(address))
    finally:
        store.close()


def _full(where: str) -> Conflict:
    return Conflict(
        f"«{where}» đã có dữ liệu. Chỉ khôi phục vào chỗ trống, không ghi đè. Chưa có gì thay đổi.",
        code="restore.not-empty",
    )


def load_database(address: str, place: Path) -> None:
    """Bring a copy into the empty database at the address, whole or not at all; raises as `copy_database`."""
    url = make_url(address)
    if kind_of(address) == "sqlite":
        target = Path(url.database or "")
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        with suppress(FileNotFoundError):
            part.unlink()
        shutil.copyfile(place, part)
        part.chmod(_PRIVATE_FILE)
        with part.open("rb") as whole:
            os.fsync(whole.fileno())
        part.replace(target)
    else:
        options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
        _run("pg_restore", url, *options, str(place))


def _run(tool: str, url: URL, *options: str) -> None:
    """Run a tool of PostgreSQL; the password goes by the environment, where `ps` does not show it.

    It gets what the station itself connects with: SQLAlchemy has its own way to name several hosts.
    """
    from psycopg.conninfo import make_conninfo

    if shutil.which(tool) is None:
        raise BadInput(
            f"Máy này chưa có «{tool}». Hãy cài gói postgresql-client cùng phiên bản với máy chủ.",
            code="backup.no-tool",
        )
    _, named = url.get_dialect()().create_connect_args(url)
    password = named.pop("password", None)
    secret = {} if password is None else {"PGPASSWORD": str(password)}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program with options of ours
            [tool, "--no-password", f"--dbname={make_conninfo(**named)}", *options],
            env={**os.environ, **secret},
            capture_output=True,
            text=True,
            timeout=_TOOL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"«{tool}» không xong trong bốn giờ.", code="backup.failed") from None
    if done.returncode:
        said = " ".join(done.stderr.split())[:300]
        raise Unavailable(f"«{tool}» không làm được: {said}", code="backup.failed")
