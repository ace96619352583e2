"""Writes of many rows: on PostgreSQL one statement with an array for each column, on SQLite `executemany`.

PostgreSQL parses, plans and answers each statement separately: 500 statements of one row take some ten
times as long as one statement of 500 rows. Arrays in binary form it reads in a quarter of the time that it
takes for the same rows as JSON, and the driver writes them in half of it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import ClauseElement, CursorResult, Dialect, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from controller.store.engine import note_changed

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def told_as(columns: Mapping[str, Any]) -> str:
    """Return the SQL for the rows in a statement: a table `told` with these names, typed like the columns.

    Each name is also a parameter of the driver: the list of this column's values. As subqueries they hide
    from the planner how many rows there are: it then finds each by its key, and never reads a table whole.
    """
    arrays = ", ".join(
        f"(SELECT CAST(%({name})b AS {_array_of(column)}))" for name, column in columns.items()
    )
    return f"unnest({arrays}) AS told({', '.join(columns)})"


def _array_of(column: Any) -> str:
    written = column.type.compile(_DIALECT)
    # a cast to VARCHAR(64) would shorten silently what the column refuses
    return "TEXT[]" if written.startswith("VARCHAR") else f"{written}[]"


@dataclass(frozen=True, slots=True)
class Many:
    """One change of many rows: `sqlite` is executed for each row, `postgresql` once over `told_as`."""

    sqlite: ClauseElement
    postgresql: str

    def execute(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute it; rows hold plain values, bytes, instants and members of StrEnum, under the same keys."""
        if not rows:
            return
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            told = {name: _values(name, rows) for name in rows[0]}
            done: CursorResult[Any] = connection.exec_driver_sql(self.postgresql, told)
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


def _values(name: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return a column's values, text as `str` itself: of a list with several types the driver takes none."""
    values = list(map(itemgetter(name), rows))
    if any(issubclass(kind, str) and kind is not str for kind in set(map(type, values))):
        return [str(one) if isinstance(one, str) else one for one in values]
    return values
