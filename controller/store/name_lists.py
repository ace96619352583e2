"""`column IN` a list that is one parameter, however long: for statements that name a thousand loudspeakers.

With a parameter for each name SQLAlchemy and the driver write the statement anew each time, and PostgreSQL
has to parse and plan it.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType


class _TextArray(UserDefinedType[str]):
    """PostgreSQL's TEXT[], given as text: the driver takes four times as long to write it from a list."""

    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **_: Any) -> str:
        return "TEXT[]"


class _Names(TypeDecorator[Iterable[str]]):
    """Text: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(_TextArray() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> str:
        names = list(value or ())
        return _as_text(names) if dialect.name == "postgresql" else json.dumps(names)


def _as_text(names: Iterable[str]) -> str:
    """Return an array as PostgreSQL reads it."""
    quoted = (name.replace("\\", r"\\").replace('"', r"\"") for name in names)
    return "{" + ",".join([f'"{name}"' for name in quoted]) + "}"


class _NamedBy(FunctionElement[bool]):
    inherit_cache = True


@compiles(_NamedBy, "postgresql")
def _as_array(element: _NamedBy, compiler: SQLCompiler, **how: Any) -> str:
    column, names = (compiler.process(one, **how) for one in element.clauses)
    return f"{column} = ANY ({names})"


@compiles(_NamedBy, "sqlite")
def _as_json(element: _NamedBy, compiler: SQLCompiler, **how: Any) -> str:
    column, names = (compiler.process(one, **how) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({names}))"  # noqa: S608 - names of ours


def named_by(column: Any, parameter: str) -> ColumnElement[bool]:
    """Return whether a column of text holds one of the names that are given as this parameter."""
    return _NamedBy(column, bindparam(parameter, type_=_Names()))
