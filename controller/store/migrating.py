"""Runs migrations; compares the database's schema with the row classes."""

import os
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from controller.errors import Unavailable
from controller.store.locks import Lock
from controller.store.revisions import MIGRATIONS

_LONGEST_WAIT_S = 300
"""Seconds to wait for another process that migrates; a large database takes that long."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run all steps up to the revision in one transaction; a lock keeps two processes apart."""
    _keep_to_ourselves(engine)
    with engine.execution_options(loa_mode="migrate").begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{_LONGEST_WAIT_S}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": int(Lock.MIGRATIONS)})
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
        _check_foreign_keys(connection)


def differences(engine: Engine) -> list[Any]:
    """Return the differences between the database's schema and the row classes; empty when they agree."""
    from controller.model.tables import METADATA

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))


def is_known(revision: str) -> bool:
    """Return whether this program knows a revision, and so can migrate it to the newest."""
    return any(step.revision == revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


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
