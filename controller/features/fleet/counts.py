"""Counts nodes by status in the database: one grouped query instead of one row for each node."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import product
from math import prod
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from controller.features.fleet.faults import (
    CLOCK_ERROR_LIMIT_MS,
    CLOCK_PATIENCE,
    HOTTEST_C,
    LEAST_AUDIBLE,
    LEAST_BATTERY,
    LEAST_LEVEL_DBFS,
    LEAST_STORAGE,
    SILENT_AFTER,
    NodeFacts,
)
from controller.features.fleet.status import NodeStatus, status_of
from controller.model.fleet import Node
from devices.ids import AreaCode

_NEVER, _LONG_AGO, _LATELY = 0, 1, 2
_SIZES = {"quarantined": 2, "heard": 3, "online": 2, "sounds": 2, "faulty": 2}
"""What `status_of` looks at, and how many values each has here; together they make one number a node."""


def statuses_by_area(
    session: Session, now: datetime, areas: Collection[AreaCode] | None = None
) -> dict[AreaCode, Counter[NodeStatus]]:
    """Return the number of nodes in use by area and status (None: all areas); one query.

    The database groups nodes by the facts that `status_of` reads; `status_of` then gives each group's status.
    """
    asked: dict[str, Any] = {"silent": now - SILENT_AFTER, "waited": now - CLOCK_PATIENCE}
    asked |= {} if areas is None else {"areas": sorted(areas)}
    known = _statuses()
    counts: dict[AreaCode, Counter[NodeStatus]] = {}
    for area, marked, nodes in session.execute(_counted(in_areas=areas is not None), asked):
        counts.setdefault(area, Counter())[known[marked]] += nodes
    return counts


@cache
def _counted(*, in_areas: bool) -> Select[*tuple[Any, ...]]:
    """Return the query, built once, which takes longer than running it for a commune."""
    mark = _mark(bindparam("silent"), bindparam("waited"))
    query = select(Node.area, mark, func.count()).where(Node.retired_at.is_(None)).group_by(Node.area, mark)
    return query.where(Node.area.in_(bindparam("areas", expanding=True))) if in_areas else query


def has_status(statuses: Collection[NodeStatus], now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition for nodes in use that have one of the statuses."""
    wanted = [mark for mark, found in _statuses().items() if found in statuses]
    return Node.retired_at.is_(None) & _mark(now - SILENT_AFTER, now - CLOCK_PATIENCE).in_(wanted)


def _mark(
    silent: datetime | BindParameter[datetime], waited: datetime | BindParameter[datetime]
) -> ColumnElement[int]:
    """Return the number of what `status_of` looks at, in the digits of `_SIZES`.

    Who was last heard before `silent` says nothing any more; who came before `waited` should know the time.
    """
    heard = case(
        (Node.last_heard_at.is_(None), _NEVER),
        (Node.last_heard_at < silent, _LONG_AGO),
        else_=_LATELY,
    )
    faulty = case((or_(_REPORTS_FAULT, and_(_CLOCK_UNKNOWN, Node.online_at < waited)), 1), else_=0)
    return _TIMELESS + heard * _WEIGHTS["heard"] + faulty * _WEIGHTS["faulty"]


def _weights() -> dict[str, int]:
    """Return what each digit of a mark counts, the last one 1."""
    sizes = list(_SIZES.values())
    return {name: prod(sizes[place + 1 :]) for place, name in enumerate(_SIZES)}


_WEIGHTS = _weights()
# Parts of each page's query that time does not change are built once; building costs more than a fetch.
_TIMELESS: ColumnElement[int] = (
    case((Node.quarantined_at.is_not(None), _WEIGHTS["quarantined"]), else_=0)
    + case((Node.online, _WEIGHTS["online"]), else_=0)
    + case((Node.sounding.is_not(None), _WEIGHTS["sounds"]), else_=0)
)
_CLOCK_UNKNOWN = and_(Node.clock_error_ms.is_(None), Node.vitals.is_not(None))
_REPORTS_FAULT = or_(
    Node.amplifier_ok.is_(False),
    and_(Node.sounding.is_not(None), Node.level_dbfs < LEAST_LEVEL_DBFS),
    and_(Node.sounding.is_not(None), Node.volume < LEAST_AUDIBLE),
    Node.loudest < LEAST_AUDIBLE,
    Node.clock_error_ms > CLOCK_ERROR_LIMIT_MS,
    Node.storage_free < LEAST_STORAGE,
    Node.battery_percent < LEAST_BATTERY,
    Node.mains.is_(False),
    Node.temperature_c > HOTTEST_C,
)
"""The same rule as `reported_faults`, as an SQL condition, without the clock that is not known yet."""


@cache
def _statuses() -> dict[int, NodeStatus]:
    """Return the status for each mark; facts are made relative to the present, so that any one will do."""
    now = datetime(2000, 1, 1, tzinfo=UTC)
    every = product(*(range(size) for size in _SIZES.values()))
    return {
        mark: status_of(_facts(dict(zip(_SIZES, values, strict=True)), now), now)
        for mark, values in enumerate(every)
    }


def _facts(marks: Mapping[str, int], now: datetime) -> NodeFacts:
    return NodeFacts(
        online=bool(marks["online"]),
        last_heard_at={_NEVER: None, _LONG_AGO: now - 2 * SILENT_AFTER, _LATELY: now}[marks["heard"]],
        quarantined=bool(marks["quarantined"]),
        sounding="yes" if marks["sounds"] else None,
        storage_free=LEAST_STORAGE - 1 if marks["faulty"] else None,
    )
