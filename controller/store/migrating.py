"""Runs migrations; compares the database's schema with the row classes. docs/upgrade.md."""

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from controller.errors import Busy, Unavailable
from controller.store.locks import Lock
from controller.store.revisions import MIGRATIONS, revision_of, serves_from_of

_LOG = logging.getLogger(__name__)

_LONGEST_WAIT_S = 300
"""Seconds to wait for another process that migrates; a large database takes that long."""
_BESIDE_WAIT_S = 2
"""Seconds that a step waits for a table while a station leads: all who want the table wait behind it."""
_TRIES, _PAUSE_S = 60, 1.0
"""Of a step that found a table in use: with the waits, three minutes."""
_LOCKED_STATE = "55P03"


def upgrade(engine: Engine, revision: str = "head", *, wait_s: int = _LONGEST_WAIT_S) -> None:
    """Run all steps up to the revision in one transaction; a lock keeps two processes apart."""
    _keep_to_ourselves(engine)
    with engine.execution_options(loa_mode="migrate").begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{_LONGEST_WAIT_S}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": int(Lock.MIGRATIONS)})
            connection.execute(text(f"SET LOCAL lock_timeout = '{wait_s}s'"))
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise Unavailable(
                "Cơ sở dữ liệu thuộc phiên bản mới hơn chương trình này. Hãy cập nhật chương trình.",
                code="store.too-new",
            ) from error
        _note_whom_it_serves(connection)
        _check_foreign_keys(connection)


def upgrade_beside(engine: Engine) -> Iterator[str]:
    """Run the steps one by one while a station leads on PostgreSQL; yield the revision after each.

    Each is a transaction of its own that holds up nobody for long: where it does not get its table within
    seconds it is tried again. Raises Busy when that fails for minutes; what was done until then stays.
    """
    for step in _steps_after(engine):
        for name, table, columns in getattr(step.module, "built_beside", ()):
            _build_index(engine, name, table, columns)
        for left in reversed(range(_TRIES)):
            try:
                upgrade(engine, step.revision, wait_s=_BESIDE_WAIT_S)
                break
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) != _LOCKED_STATE:
                    raise
                if not left:
                    raise Busy(
                        f"Bước {step.revision} chưa làm được: bảng đang được dùng suốt nhiều phút. Các bước "
                        "trước đã xong và không ảnh hưởng đài đang chạy; hãy chạy lại lúc ít việc hơn.",
                        code="migrate.busy",
                    ) from error
                time.sleep(_PAUSE_S)
        yield step.revision


def breaks_who_runs(engine: Engine) -> str:
    """Return the first pending step that the release of this schema does not survive; empty: all may run."""
    with engine.connect() as connection:
        here = revision_of(connection)
    return next((step.revision for step in _steps_after(engine) if _serves_from(step) > here), "")


def differences(engine: Engine) -> list[Any]:
    """Return the differences between the database's schema and the row classes; empty when they agree."""
    from controller.model.tables import METADATA

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        is_postgresql = connection.dialect.name == "postgresql"
        found = compare_metadata(context, METADATA)
        return [one for one in found if not (is_postgresql and _is_key_of_deliveries(one))]


def _is_key_of_deliveries(difference: Any) -> bool:
    """Whether the database lacks a foreign key of deliveries, as PostgreSQL shall (migration 0077)."""
    return bool(difference[0] == "add_fk" and difference[1].table.name == "deliveries")


def is_known(revision: str) -> bool:
    """Return whether this program knows a revision, and so can migrate it to the newest."""
    return any(step.revision == revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def _steps_after(engine: Engine) -> list[Script]:
    """Return the steps that the database lacks, the oldest first."""
    with engine.connect() as connection:
        here = revision_of(connection)
    steps = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return sorted((step for step in steps if step.revision > here), key=lambda step: step.revision)


def _serves_from(step: Script) -> str:
    return getattr(step.module, "serves_from", "")


def _note_whom_it_serves(connection: Connection) -> None:
    """Write down the oldest program that the schema serves, as the steps that have run say."""
    if inspect(connection).has_table("schema_state"):
        here = revision_of(connection)
        steps = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
        named = [_serves_from(step) for step in steps if step.revision <= here]
        newest = max(*named, serves_from_of(connection))
        connection.execute(text("UPDATE schema_state SET serves_from = :newest"), {"newest": newest})


def _build_index(engine: Engine, name: str, table: str, columns: tuple[str, ...]) -> None:
    """Build an index that locks out no writer; one that an interrupted run left unfinished is built anew."""
    quoted = engine.dialect.identifier_preparer.quote
    index, columns_said = quoted(name), ", ".join(quoted(column) for column in columns)
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"SET lock_timeout = '{_LONGEST_WAIT_S}s'"))
        found = connection.scalar(_IS_VALID, {"name": index})
        if found is False:
            connection.execute(text(f"DROP INDEX CONCURRENTLY {index}"))
        if not found:
            _LOG.info("building %s beside the running station", name)
            create = f"CREATE INDEX CONCURRENTLY {index} ON {quoted(table)} ({columns_said})"
            connection.execute(text(create))
        connection.execute(text("RESET lock_timeout"))


_IS_VALID = text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")


def _keep_to_ourselves(engine: Engine) -> None:
    """Create the SQLite file with access for its owner alone: it holds encrypted keys."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        path = Path(engine.url.database)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if dangling:
            raise Unavailable(
                "Cơ sở dữ liệu hỏng sau khi nâng cấp; đã trở lại như cũ.", code="store.dangling"
            )
