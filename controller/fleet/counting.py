"""Reads that sort nodes by status in the database: thousands cost one grouped query, not a row each."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from itertools import product

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session

from controller.fleet.lifecycle import (
    CLOCK_ERROR_LIMIT_MS,
    LEAST_STORAGE,
    SILENT_AFTER,
    NodeFacts,
    NodeStatus,
    status_of,
)
from controller.fleet.tables import Node
from devices.messages import AreaCode

_NEVER, _LONG_AGO, _LATELY = 0, 1, 2
_SIZES = {"quarantined": 2, "heard": 3, "online": 2, "sounds": 2, "astray": 2, "full": 2}
"""What `status_of` looks at, and how many values each has here; together they make one number a node."""


def statuses_by_area(session: Session, now: datetime) -> dict[AreaCode, Counter[NodeStatus]]:
    """Return how many nodes in use have which status, by their own area; one query.

    The database only sorts nodes by what `status_of` looks at; what that amounts to, `status_of` says.
    """
    mark = _mark(now)
    query = select(Node.area, mark, func.count()).where(Node.retired_at.is_(None)).group_by(Node.area, mark)
    known = _statuses(now)
    counts: dict[AreaCode, Counter[NodeStatus]] = {}
    for area, marked, nodes in session.execute(query):
        counts.setdefault(area, Counter())[known[marked]] += nodes
    return counts


def has_status(status: NodeStatus, now: datetime) -> ColumnElement[bool]:
    """Return the condition of nodes in use that have a status."""
    wanted = [mark for mark, found in _statuses(now).items() if found is status]
    return Node.retired_at.is_(None) & _mark(now).in_(wanted)


def _mark(now: datetime) -> ColumnElement[int]:
    heard = case(
        (Node.last_heard_at.is_(None), _NEVER),
        (Node.last_heard_at < now - SILENT_AFTER, _LONG_AGO),
        else_=_LATELY,
    )
    columns: dict[str, ColumnElement[int]] = {
        "quarantined": case((Node.quarantined_at.is_not(None), 1), else_=0),
        "heard": heard,
        "online": case((Node.online, 1), else_=0),
        "sounds": case((Node.vitals["sounding"].as_string().is_not(None), 1), else_=0),
        "astray": case((Node.vitals["clock_error_ms"].as_float() > CLOCK_ERROR_LIMIT_MS, 1), else_=0),
        "full": case((Node.vitals["storage_free"].as_float() < LEAST_STORAGE, 1), else_=0),
    }
    mark: ColumnElement[int] = literal(0)
    for name, size in _SIZES.items():
        mark = mark * size + columns[name]
    return mark


def _statuses(now: datetime) -> dict[int, NodeStatus]:
    """Return what each mark amounts to."""
    every = product(*(range(size) for size in _SIZES.values()))
    return {
        mark: status_of(_facts(dict(zip(_SIZES, values, strict=True)), now), now)
        for mark, values in enumerate(every)
    }


def _facts(marks: Mapping[str, int], now: datetime) -> NodeFacts:
    return NodeFacts(
        online=bool(marks["online"]),
        quarantined=bool(marks["quarantined"]),
        last_heard_at={_NEVER: None, _LONG_AGO: now - 2 * SILENT_AFTER, _LATELY: now}[marks["heard"]],
        sounding="yes" if marks["sounds"] else None,
        clock_error_ms=CLOCK_ERROR_LIMIT_MS + 1 if marks["astray"] else None,
        storage_free=LEAST_STORAGE - 1 if marks["full"] else None,
    )
