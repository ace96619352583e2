"""Reads that count nodes by status in the database: thousands cost one grouped query, not a row each."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
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


def statuses_by_area(session: Session, now: datetime) -> dict[AreaCode, Counter[NodeStatus]]:
    """Return how many nodes in use have which status, by their own area; one query.

    The database only sorts nodes by what `status_of` looks at; what that amounts to, `status_of` says.
    """
    heard = case(
        (Node.last_heard_at.is_(None), _NEVER),
        (Node.last_heard_at < now - SILENT_AFTER, _LONG_AGO),
        else_=_LATELY,
    )
    marks: dict[str, ColumnElement[Any]] = {
        "online": case((Node.online, 1), else_=0),
        "heard": heard,
        "sounds": case((Node.vitals["sounding"].as_string().is_not(None), 1), else_=0),
        "astray": case((Node.vitals["clock_error_ms"].as_float() > CLOCK_ERROR_LIMIT_MS, 1), else_=0),
        "full": case((Node.vitals["storage_free"].as_float() < LEAST_STORAGE, 1), else_=0),
    }
    columns = [mark.label(name) for name, mark in marks.items()]
    query = (
        select(Node.area, func.count().label("nodes"), *columns)
        .where(Node.retired_at.is_(None))
        .group_by(Node.area, *columns)
    )
    counts: dict[AreaCode, Counter[NodeStatus]] = {}
    for row in session.execute(query).mappings():
        counts.setdefault(row["area"], Counter())[status_of(_facts(row, now), now)] += row["nodes"]
    return counts


def _facts(row: Mapping[Any, Any], now: datetime) -> NodeFacts:
    heard_at = {_NEVER: None, _LONG_AGO: now - 2 * SILENT_AFTER, _LATELY: now}[row["heard"]]
    return NodeFacts(
        online=bool(row["online"]),
        last_heard_at=heard_at,
        sounding="yes" if row["sounds"] else None,
        clock_error_ms=CLOCK_ERROR_LIMIT_MS + 1 if row["astray"] else None,
        storage_free=LEAST_STORAGE - 1 if row["full"] else None,
    )
