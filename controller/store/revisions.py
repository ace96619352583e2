"""What a database's schema is to this program, told without Alembic: only a migration needs its 15 MB.

Which releases a schema serves: docs/decisions/153-a-schema-serves-two-releases.md.
"""

from enum import Enum
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

MIGRATIONS = Path(__file__).parent / "migrations"


class Schema(Enum):
    """The schema of a database, as this program sees it."""

    OLD = "to be migrated, or empty"
    CURRENT = "the newest that this program knows"
    NEWER = "of a newer release, and it serves this program too"
    TOO_NEW = "of a newer release; this program would fail on it"


def newest_revision() -> str:
    """Return the newest revision; the files of steps are named after it (`m0026_keys.py`)."""
    return max(file.name[1:5] for file in (MIGRATIONS / "versions").glob("m????_*.py"))


def schema_of(engine: Engine) -> Schema:
    """Return what the database's schema is to this program."""
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        return Schema.OLD  # connecting would create it, readable by others
    with engine.connect() as connection:
        here, mine = revision_of(connection), newest_revision()
        if here == mine:
            return Schema.CURRENT
        if here < mine:
            return Schema.OLD
        serves_from = serves_from_of(connection)
        return Schema.NEWER if serves_from and serves_from <= mine else Schema.TOO_NEW


def revision_of(connection: Connection) -> str:
    """Return the revision that a database has; empty where it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""


def serves_from_of(connection: Connection) -> str:
    """Return the newest revision of the oldest program that this schema serves; empty where it says none."""
    if not inspect(connection).has_table("schema_state"):
        return ""
    return connection.scalar(text("SELECT serves_from FROM schema_state")) or ""
