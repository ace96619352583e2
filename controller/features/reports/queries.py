"""Reads of the as-aired log for its export and for reports."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from controller.errors import BadInput
from controller.features.bulletins.validity import named
from controller.features.journal.chain import canonical
from controller.features.reports.entries import AiredAtNode, AiredInArea, Noted, line_fields
from controller.features.reports.months import month_of
from controller.model.airing_states import AiringState
from controller.model.bulletin_states import BulletinId
from controller.model.bulletins import Bulletin, LegalReference, Topic
from controller.model.reports import AsAired
from controller.store import one_read
from devices.ids import AiringId, AreaCode, NodeId

_AT_ONCE = 1000
"""Rows fetched at a time: a log of years does not fit into memory."""
_BETWEEN = ","
"""Between the names of nodes, which hold none."""
_NOTED = tuple(field.name for field in fields(Noted))
_COLUMNS = ("seq", "at", "corrects", *_NOTED, "previous", "hash")


def newest_entry(session: Session) -> tuple[int, str] | None:
    """Return number and hash of the newest entry, or None if there is none."""
    row = session.execute(select(AsAired.seq, AsAired.hash).order_by(AsAired.seq.desc()).limit(1)).first()
    return None if row is None else (row.seq, row.hash)


def noted_of(session: Session, airing: AiringId) -> dict[NodeId, tuple[int, Noted]]:
    """Return the newest entry of each node of an airing, with its number."""
    columns = [getattr(AsAired, name) for name in _NOTED]
    query = select(AsAired.seq, *columns).where(AsAired.airing == airing).order_by(AsAired.seq)
    found = ((row[0], Noted(*row[1:])) for row in session.execute(query))
    return {noted.node: (seq, noted) for seq, noted in found}


def export_as_aired(session: Session) -> Iterator[str]:
    """Yield the whole as-aired log as JSON lines (without line ends), oldest first."""
    for row in session.execute(as_aired_lines(0).execution_options(yield_per=_AT_ONCE)):
        yield as_aired_line(row)


def as_aired_lines(after: int) -> Select[Any]:
    """Return the query of the entries after a number, in order, for `as_aired_line`."""
    columns = [getattr(AsAired, name) for name in _COLUMNS]
    return select(*columns).where(AsAired.seq > after).order_by(AsAired.seq)


def as_aired_line(row: Row[Any]) -> str:
    """Return an entry as the line that is exported."""
    return canonical(line_fields(dict(zip(_COLUMNS, row, strict=True))))


def aired_between(
    session: Session, areas: Collection[AreaCode], since: datetime, until: datetime
) -> Iterator[AiredAtNode]:
    """Yield the newest entry of each node and airing planned in [since, until), by start, airing and node.

    Airings that were cancelled before the node began them are left out, because they were no longer planned.
    Tests are left out, because they are not meant for listeners.
    """
    query = _newest(areas, since, until).order_by(AsAired.planned_at, AsAired.airing, AsAired.node)
    for row in session.execute(query.execution_options(yield_per=_AT_ONCE)):
        yield _aired(row)


@one_read
def aired_at_most(
    session: Session, areas: Collection[AreaCode], since: datetime, until: datetime, most: int
) -> list[AiredAtNode]:
    """Return what `aired_between` yields, or raise BadInput if it is more than `most`."""
    kept = list(islice(aired_between(session, areas, since, until), most + 1))
    if len(kept) > most:
        raise BadInput(
            f"Có hơn {most:,} mục. Hãy chọn địa bàn nhỏ hơn, hoặc xuất bằng «loa journal export».",
            code="report.too-much",
        )
    return kept


def aired_by_area(
    session: Session, areas: Collection[AreaCode], since: datetime, until: datetime
) -> Iterator[AiredInArea]:
    """Yield the entries of `aired_between`, summed by area in the database; for province reports."""
    added = airings_by_area(since, until).where(AsAired.area.in_(areas)).subquery()
    # select the newest entries before joining bulletins: otherwise each entry would carry a title
    query = with_what_it_tells(select(added), added.c.bulletin).order_by(added.c.planned_at, added.c.airing)
    for row in session.execute(query.execution_options(yield_per=_AT_ONCE)):
        airings, began = frozenset([row.airing]), apart(row.nodes_heard)
        yield AiredInArea(
            **told(row),
            month=month_of(row.planned_at),
            airings=airings,
            airings_heard=airings if began else frozenset(),
            nodes=apart(row.nodes),
            nodes_heard=began,
        )


def airings_by_area(since: datetime, until: datetime) -> Select[*tuple[Any, ...]]:
    """Return the query that sums the counted entries of a time by airing and area."""
    begun = case((AsAired.started_at.is_not(None), AsAired.node))
    heard = case((AsAired.heard_ms < AsAired.planned_ms, AsAired.heard_ms), else_=AsAired.planned_ms)
    where = (AsAired.airing, AsAired.area, AsAired.bulletin, AsAired.planned_at)
    return (
        select(
            *where,
            func.sum(AsAired.planned_ms).label("planned_ms"),
            func.sum(heard).label("heard_ms"),
            func.aggregate_strings(AsAired.node, _BETWEEN).label("nodes"),
            func.aggregate_strings(begun, _BETWEEN).label("nodes_heard"),
        )
        .where(*_holding(since, until))
        .group_by(*where)
    )


def apart(joined: str | None) -> frozenset[Any]:
    """Return the names in a joined text."""
    return frozenset(joined.split(_BETWEEN)) if joined else frozenset()


def joined(names: Iterable[str]) -> str:
    """Return the text that `apart` takes apart."""
    return _BETWEEN.join(sorted(names))


def _newest(areas: Collection[AreaCode], since: datetime, until: datetime) -> Select[Any]:
    columns = [getattr(AsAired, name) for name in _COLUMNS]
    query = with_what_it_tells(select(*columns), AsAired.bulletin).where(AsAired.area.in_(areas))
    return query.where(*_holding(since, until))


def _holding(since: datetime, until: datetime) -> Iterable[ColumnElement[bool]]:
    """SQL condition of counted entries: planned in that time, not corrected, and not a test."""
    later = aliased(AsAired)
    called_off = (AsAired.state == AiringState.CANCELLED) & AsAired.started_at.is_(None)
    tests = select(Bulletin.id).where(Bulletin.test)
    return (
        AsAired.planned_at >= since,
        AsAired.planned_at < until,
        ~exists().where(later.corrects == AsAired.seq),
        ~called_off,
        AsAired.bulletin.not_in(tests),
    )


def with_what_it_tells(query: Select[Any], bulletin: SQLColumnExpression[BulletinId]) -> Select[Any]:
    """Join the bulletin's title, its topic, and the legal act that it refers to."""
    whole = aliased(Bulletin)
    return (
        query.add_columns(
            Bulletin.title, LegalReference, Topic.code.label("topic"), Topic.name.label("topic_name")
        )
        .join(Bulletin, Bulletin.id == bulletin)
        .join(whole, whole.id == func.coalesce(Bulletin.variant_of, Bulletin.id))
        .outerjoin(Topic, Topic.code == whole.topic)
        .outerjoin(LegalReference, LegalReference.bulletin == bulletin)
    )


def _aired(row: Row[Any]) -> AiredAtNode:
    return AiredAtNode(
        **told(row),
        airing=row.airing,
        node=row.node,
        grade=row.grade,
        state=row.state,
        planned_at=row.planned_at,
        fetched_at=row.fetched_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        reason=row.reason,
        noted_at=row.at,
        is_corrected=row.corrects is not None,
    )


def told(row: Row[Any]) -> dict[str, Any]:
    """Return the fields of `Counted`; a reported duration above the planned one counts as the planned one."""
    return {
        "area": row.area,
        "bulletin": row.bulletin,
        "title": row.title,
        "legal_act": None if row.LegalReference is None else named(row.LegalReference),
        "topic": row.topic,
        "topic_name": row.topic_name,
        "planned_ms": int(row.planned_ms),
        "heard_ms": min(int(row.heard_ms), int(row.planned_ms)),
    }
