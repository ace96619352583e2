"""Many rows in one go: on PostgreSQL one statement that takes them as JSON, on SQLite the driver's own loop.

PostgreSQL parses, plans and answers each statement by itself: 500 of one row take it some ten times as long
as one of 500 rows.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Table, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from controller.store.engine import CHANGED

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def told_as(columns: Mapping[str, Any]) -> str:
    """Return what stands for the rows in a statement: a table `told` with these names, typed as columns."""
    typed = ", ".join(f"{name} {column.type.compile(_DIALECT)}" for name, column in columns.items())
    return f"jsonb_to_recordset(CAST(:rows AS jsonb)) AS told({typed})"


@dataclass(frozen=True, slots=True)
class Many:
    """One act on many rows: `sqlite` is executed with each, `postgresql` is SQL over `told_as` with all."""

    sqlite: Executable
    postgresql: str

    def execute(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Do it; rows hold plain values, instants, and enumerations of words."""
        connection = session.connection()
        if connection.dialect.name != "postgresql":
            connection.execute(self.sqlite, rows)
            return
        done = connection.execute(text(self.postgresql), {"rows": json.dumps(rows, default=_written)})
        if done.rowcount:
            connection.info[CHANGED] = True


def insert_told(table: Table, names: Sequence[str], on_conflict: str) -> str:
    """Return SQL that inserts rows whose names are the columns' own."""
    columns = ", ".join(names)
    told = told_as({name: table.c[name] for name in names})
    return f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {told} ON CONFLICT {on_conflict}"  # noqa: S608 - names of ours


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no value of a row")
