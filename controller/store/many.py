"""Writes of many rows: on PostgreSQL one statement that takes them as JSON, on SQLite `executemany`.

PostgreSQL parses, plans and answers each statement separately: 500 statements of one row take some ten
times as long as one statement of 500 rows.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import ClauseElement, CursorResult, Dialect, Table, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from controller.store.engine import note_changed

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def told_as(columns: Mapping[str, Any]) -> str:
    """Return the SQL for the rows in a statement: a table `told` with these names, typed like the columns."""
    typed = ", ".join(f"{name} {column.type.compile(_DIALECT)}" for name, column in columns.items())
    return f"jsonb_to_recordset(CAST(:rows AS jsonb)) AS told({typed})"


@dataclass(frozen=True, slots=True)
class Many:
    """One change of many rows: `sqlite` is executed for each row, `postgresql` once over `told_as`."""

    sqlite: ClauseElement
    postgresql: str

    def execute(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute it; rows hold plain values, bytes, instants, and members of StrEnum."""
        if not rows:
            return
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            written = json.dumps(rows, default=_written)
            done: CursorResult[Any] = connection.execute(text(self.postgresql), {"rows": written})
        else:
            statement, columns = _prepared(self.sqlite, connection.dialect, tuple(rows[0]))
            places = list(zip(*[column(rows) for column in columns], strict=False))  # `repeat` has no end
            done = connection.exec_driver_sql(statement, places)
        if done.rowcount:
            note_changed(connection, self.sqlite)


_Column = Callable[[Sequence[Mapping[str, Any]]], Iterable[Any]]


@lru_cache(maxsize=64)
def _prepared(
    statement: ClauseElement, dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, list[_Column]]:
    """Return a statement as the driver takes it, and a function per parameter that gets all rows' values.

    SQLAlchemy works this out again for each row, which takes longer than the driver and the database do. It
    is done parameter by parameter and not row by row, because `map` and `zip` loop in C.
    """
    compiled = cast("SQLCompiler", statement.compile(dialect=dialect, column_keys=list(names)))
    assert not compiled.insert_prefetch, "a default of Python's is not made here"
    assert not compiled.update_prefetch, "a default of Python's is not made here"
    assert compiled.positiontup is not None, "SQLite's places have no names"
    return compiled.string, [_column_of(compiled, name, name in names) for name in compiled.positiontup]


def _column_of(compiled: SQLCompiler, name: str, is_told: bool) -> _Column:  # noqa: FBT001
    bind = compiled.binds[name]
    write = bind.type.dialect_impl(compiled.dialect).bind_processor(compiled.dialect)
    if not is_told:
        assert not bind.required, f"no row has {name}"
        fixed = bind.effective_value if write is None else write(bind.effective_value)
        return lambda _: repeat(fixed)
    value_of = itemgetter(name)
    if write is None:
        return lambda rows: map(value_of, rows)
    return lambda rows: map(write, map(value_of, rows))


def insert_told(table: Table, names: Sequence[str], on_conflict: str) -> str:
    """Return SQL that inserts rows whose keys are the column names."""
    columns = ", ".join(names)
    told = told_as({name: table.c[name] for name in names})
    return f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {told} ON CONFLICT {on_conflict}"  # noqa: S608 - names of ours


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"  # as PostgreSQL reads a bytea
    raise TypeError(f"{type(value).__name__} is no value of a row")
