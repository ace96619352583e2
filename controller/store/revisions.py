"""Says whether a database has the newest revision, without Alembic: only a migration needs its 15 MB."""

from pathlib import Path

from sqlalchemy import Engine, inspect, text

MIGRATIONS = Path(__file__).parent / "migrations"


def newest_revision() -> str:
    """Return the newest revision; the files of steps are named after it (`m0026_keys.py`)."""
    return max(file.name[1:5] for file in (MIGRATIONS / "versions").glob("m????_*.py"))


def has_newest_shape(engine: Engine) -> bool:
    """Return whether there is nothing to migrate."""
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        return False  # connecting would create it, readable by others
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.scalars(text("SELECT version_num FROM alembic_version")).all() == [
            newest_revision()
        ]
