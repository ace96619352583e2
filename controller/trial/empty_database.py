"""The database of a demonstration or a benchmark: SQLite in its folder, or a throw-away PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

TrialDatabase = Literal["sqlite", "postgresql"]


@contextmanager
def empty_database(kind: TrialDatabase) -> Iterator[str]:
    """Yield the URL of an empty database, "" where the station chooses it; StartFailed without PostgreSQL."""
    if kind == "sqlite":
        yield ""
        return
    from controller.trial.postgres import running_postgres  # imported late: it loads psycopg, 12 MB

    with running_postgres() as server:
        yield server.create()
