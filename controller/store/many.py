"""Many rows in one go: on PostgreSQL one statement that takes them as JSON, on SQLite the driver's own loop.

PostgreSQL parses, plans and answers each statement by itself: 500 of one row take it some ten times as long
as one of 500 rows.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import ClauseElement, CursorResult, Dialect, Table, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from controller.store.engine import CHANGED

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def told_as(columns: Mapping[str, Any]) -> str:
    """Return what stands for the rows in a statement: a table `told` with these names, typed as columns."""
    typed = ", ".join(f"{name} {column.type.compile(_DIALECT)}" for name, column in columns.items())
    return f"jsonb_to_recordset(CAST(:rows AS jsonb)) AS told({typed})"


@dataclass(frozen=True, slots=True)
class Many:
    """One act on many rows: `sqlite` is executed with each, `postgresql` is SQL over `told_as` with all."""

    sqlite: ClauseElement
    postgresql: str

    def execute(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Do it; rows hold plain values, instants, and enumerations of words."""
        if not rows:
            return
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            written = json.dumps(rows, default=_written)
            done: CursorResult[Any] = connection.execute(text(self.postgresql), {"rows": written})
        else:
            statement, values = _prepared(self.sqlite, connection.dialect, tuple(rows[0]))
            done = connection.exec_driver_sql(
                statement, [tuple(value(row) for value in values) for row in rows]
            )
        if done.rowcount:
            connection.info[CHANGED] = True


@lru_cache(maxsize=64)
def _prepared(
    statement: ClauseElement, dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, list[Callable[[Mapping[str, Any]], Any]]]:
    """Return a statement as the driver takes it, and for each of its places what gives a row's value.

    SQLAlchemy finds that out for each row anew, which takes longer than the driver and the database do.
    """
    compiled = cast("SQLCompiler", statement.compile(dialect=dialect, column_keys=list(names)))
    assert not compiled.insert_prefetch, "a default of Python's is not made here"
    assert not compiled.update_prefetch, "a default of Python's is not made here"
    assert compiled.positiontup is not None, "SQLite's places have no names"
    return compiled.string, [_value_of(compiled, name, name in names) for name in compiled.positiontup]


def _value_of(compiled: SQLCompiler, name: str, is_told: bool) -> Callable[[Mapping[str, Any]], Any]:  # noqa: FBT001
    bind = compiled.binds[name]
    write = bind.type.dialect_impl(compiled.dialect).bind_processor(compiled.dialect)
    if not is_told:
        assert not bind.required, f"no row has {name}"
        fixed = bind.effective_value if write is None else write(bind.effective_value)
        return lambda _: fixed
    if write is None:
        return itemgetter(name)
    return lambda row: write(row[name])


def insert_told(table: Table, names: Sequence[str], on_conflict: str) -> str:
    """Return SQL that inserts rows whose names are the columns' own."""
    columns = ", ".join(names)
    told = told_as({name: table.c[name] for name in names})
    return f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {told} ON CONFLICT {on_conflict}"  # noqa: S608 - names of ours


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no value of a row")
