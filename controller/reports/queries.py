"""Reads of the as-aired log: its export, and what reports count."""

from collections.abc import Collection, Iterator
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Row, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from controller.airings.lifecycle import AiringState
from controller.bulletins.tables import Bulletin, LegalReference, Topic
from controller.bulletins.validity import named
from controller.journal.chain import canonical
from controller.reports.lifecycle import Aired, Noted, line_fields
from controller.reports.tables import AsAired
from devices.messages import AiringId, AreaCode, NodeId

_AT_ONCE = 1000
"""Rows fetched at a time: a log of years does not fit into memory."""
_NOTED = tuple(field.name for field in fields(Noted))
_COLUMNS = ("seq", "at", "corrects", *_NOTED, "previous", "hash")


def newest_entry(session: Session) -> tuple[int, str] | None:
    """Return number and hash of the newest entry, or None where there is none."""
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
    columns = [getattr(AsAired, name) for name in _COLUMNS]
    query = select(*columns).order_by(AsAired.seq).execution_options(yield_per=_AT_ONCE)
    for row in session.execute(query):
        yield canonical(line_fields(dict(zip(_COLUMNS, row, strict=True))))


def aired_between(
    session: Session, areas: Collection[AreaCode], since: datetime, until: datetime
) -> Iterator[Aired]:
    """Yield the newest word on each node and airing planned in [since, until), by start, airing and node.

    What was called off before a node began it was no longer planned, and is left out; so are tests, which
    nobody was meant to listen to.
    """
    query = _newest(areas, since, until).order_by(AsAired.planned_at, AsAired.airing, AsAired.node)
    for row in session.execute(query.execution_options(yield_per=_AT_ONCE)):
        yield _aired(row)


def _newest(
    areas: Collection[AreaCode], since: datetime, until: datetime
) -> Select[tuple[AsAired, str, LegalReference]]:
    later, whole = aliased(AsAired), aliased(Bulletin)
    called_off = (AsAired.state == AiringState.CANCELLED) & AsAired.started_at.is_(None)
    columns = [getattr(AsAired, name) for name in _COLUMNS]
    return (
        select(
            *columns,
            Bulletin.title,
            LegalReference,
            Topic.code.label("topic"),
            Topic.name.label("topic_name"),
        )
        .join(Bulletin, Bulletin.id == AsAired.bulletin)
        .join(whole, whole.id == func.coalesce(Bulletin.variant_of, Bulletin.id))
        .outerjoin(Topic, Topic.code == whole.topic)
        .outerjoin(LegalReference, LegalReference.bulletin == AsAired.bulletin)
        .where(AsAired.planned_at >= since, AsAired.planned_at < until, AsAired.area.in_(areas))
        .where(~exists().where(later.corrects == AsAired.seq), ~called_off, ~Bulletin.test)
    )


def _aired(row: Row[tuple[AsAired, str, LegalReference]]) -> Aired:
    return Aired(
        airing=row.airing,
        node=row.node,
        area=row.area,
        bulletin=row.bulletin,
        title=row.title,
        legal_act=None if row.LegalReference is None else named(row.LegalReference),
        topic=row.topic,
        topic_name=row.topic_name,
        grade=row.grade,
        state=row.state,
        planned_at=row.planned_at,
        planned_ms=row.planned_ms,
        fetched_at=row.fetched_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        heard_ms=min(row.heard_ms, row.planned_ms),
        reason=row.reason,
        noted_at=row.at,
        is_corrected=row.corrects is not None,
    )
