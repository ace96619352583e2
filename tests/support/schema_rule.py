"""Which changes of a PostgreSQL schema a running older release does not survive; docs/upgrade.md."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, inspect, text

_ROOMIER = {("VARCHAR", "VARCHAR"), ("VARCHAR", "TEXT"), ("INTEGER", "BIGINT")}
_TRIGGERS = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"


@dataclass(frozen=True)
class Column:
    """What a writer that does not know the newest release meets in a column."""

    kind: str
    length: int | None
    may_lack: bool
    """Whether an INSERT may leave it out."""
    may_be_null: bool


@dataclass(frozen=True)
class Table:
    """What a writer meets in a table."""

    columns: dict[str, Column]
    indexes: frozenset[str]
    limits: frozenset[tuple[Any, ...]]
    """What refuses rows: unique columns, checks, foreign keys, triggers."""


def schema_in(connection: Connection) -> dict[str, Table]:
    """Return all tables of a database."""
    seen = inspect(connection)
    triggers: dict[str, set[tuple[Any, ...]]] = {}
    for table, name in connection.execute(text(_TRIGGERS)):
        triggers.setdefault(table, set()).add(("trigger", name))
    indexes, unique = seen.get_multi_indexes(), seen.get_multi_unique_constraints()
    checks, references = seen.get_multi_check_constraints(), seen.get_multi_foreign_keys()
    found = {}
    for key, columns in seen.get_multi_columns().items():
        _, name = key
        limits = triggers.get(name, set())
        limits |= {("unique", *one["column_names"]) for one in unique[key]}
        limits |= {("unique", *one["column_names"]) for one in indexes[key] if one["unique"]}
        limits |= {("check", one["sqltext"]) for one in checks[key]}
        limits |= {("refers", *one["constrained_columns"]) for one in references[key]}
        plain = frozenset(one["name"] for one in indexes[key] if not one["unique"])
        found[name] = Table({one["name"]: _column(one) for one in columns}, plain, frozenset(limits))
    return found


def _column(told: Any) -> Column:
    kind = told["type"]
    has_default = told["default"] is not None or told.get("identity") is not None
    length = getattr(kind, "length", None)
    return Column(type(kind).__name__, length, told["nullable"] or has_default, told["nullable"])


def breaks(before: dict[str, Table], after: dict[str, Table], built_beside: set[str]) -> list[str]:
    """Return what of a step a release that was written for `before` would not survive while it runs."""
    found = []
    for name, old in before.items():
        new = after.get(name)
        if new is None:
            found.append(f"{name}: the table is gone")
            continue
        found += [f"{name}.{what}" for what in _broken_columns(old, new)]
        strange = set(new.columns) - set(old.columns)
        for limit in sorted(new.limits - old.limits, key=str):
            if limit[0] == "trigger" or not set(limit[1:]) & strange:
                found.append(f"{name}: {limit[0]} {', '.join(limit[1:])} refuses what it writes")
        locked = new.indexes - old.indexes - built_beside
        found += [f"{name}: index {one} is built while its writers wait" for one in sorted(locked)]
    return found


def _broken_columns(old: Table, new: Table) -> list[str]:
    found = []
    for name, was in old.columns.items():
        now = new.columns.get(name)
        if now is None:
            found.append(f"{name} is gone")
        elif not _holds(was, now):
            found.append(f"{name} is another kind")
        elif was.may_be_null and not now.may_be_null:
            found.append(f"{name} may not be empty any more")
        elif was.may_lack and not now.may_lack:
            found.append(f"{name} may not be left out any more")
    found += [
        f"{name} is new and may not be left out"
        for name in new.columns.keys() - old.columns.keys()
        if not new.columns[name].may_lack
    ]
    return found


def _holds(was: Column, now: Column) -> bool:
    """Whether a column holds all that it held, and is read alike."""
    roomy = (was.kind, now.kind) in _ROOMIER or was.kind == now.kind
    return roomy and (now.length is None or (was.length or 0) <= now.length)
