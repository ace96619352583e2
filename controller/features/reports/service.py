"""Writes of the as-aired log: compares what nodes did with ended airings with the entries in the log."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.orm import Session

from controller.features.airings.heard import is_whole, whole_ms
from controller.features.airings.queries import turn_start
from controller.features.journal.chain import BEGINNING
from controller.features.journal.service import record
from controller.features.reports.entries import ACT, Noted, entry, reason_of
from controller.features.reports.queries import newest_entry, noted_of
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.airings import Airing, Delivery
from controller.model.bulletins import Bulletin, Recording, Rendering
from controller.model.emergency_states import sounded_ms
from controller.model.fleet import Node
from controller.model.reports import AsAired
from controller.store.locks import Lock, hold
from devices.ids import NodeId

Known = Mapping[NodeId, tuple[int, Noted]]
"""What the log says of each node of an airing, with the number of the entry that says it."""

_MOST_APPENDED = 1000
"""Entries of one transaction: some 150 ms, so that nobody who stops or starts something waits for it."""
_MOST_LOOKED_AT = 200
"""Ended airings read to find one to note: of those cancelled before their time there may be thousands."""


def note_aired(session: Session, *, now: datetime) -> bool:
    """Update the as-aired log with one ended airing, or a part of it; return whether there was work.

    Writes a first entry for each of its nodes, and later a correction for each node with new facts; nothing
    if the log has the same content. So a lost, late or repeated call does no harm. An airing that was
    cancelled before it was sent to any node was never aired: no entry is written.
    """
    hold(session, Lock.HEARD)
    query = (
        select(Airing)
        .where(Airing.ended_at.is_not(None), Airing.noted_at.is_(None))
        .order_by(Airing.ended_at)
        .limit(_MOST_LOOKED_AT)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    waiting = session.scalars(query).all()
    untold = [one.id for one in waiting if _is_untold(one)]
    if untold:
        session.execute(update(Airing).where(Airing.id.in_(untold)).values(noted_at=now))
    airing = next((one for one in waiting if not _is_untold(one)), None)
    if airing is not None:
        hold(session, Lock.JOURNAL)  # entries are numbered without gaps
        known = noted_of(session, airing.id)
        if _append(session, airing, known, _facts(session, airing, known), now):
            airing.noted_at = now
    return bool(waiting)


def _is_untold(airing: Airing) -> bool:
    return airing.state is AiringState.CANCELLED and airing.delivering_at is None


def _facts(session: Session, airing: Airing, known: Known) -> Iterable[Noted]:
    """Yield the current facts of each node of an airing; a node keeps the area of its first entry."""
    planned_ms = _planned_ms(session, airing)
    query = (
        select(Delivery, func.coalesce(Delivery.area, Node.area))
        .join(Node, Node.id == Delivery.node)
        .where(Delivery.airing == airing.id)
        .order_by(Delivery.node)
    )
    for delivery, area in session.execute(query):
        rung = DeliveryStage(delivery.rung)
        yield Noted(
            airing=airing.id,
            node=delivery.node,
            area=known[delivery.node][1].area if delivery.node in known else area,
            bulletin=airing.bulletin,
            revision=airing.revision,
            recording=airing.recording,
            grade=airing.grade,
            state=airing.state,
            planned_at=turn_start(airing, delivery.turn),
            planned_ms=planned_ms,
            fetched_at=delivery.fetched_at,
            started_at=delivery.started_at,
            start_offset_ms=delivery.start_offset_ms,
            finished_at=delivery.finished_at,
            heard_ms=delivery.heard_ms,
            reason=reason_of(
                rung,
                delivery.reason,
                airing.state,
                airing.reason,
                is_whole=is_whole(rung, delivery.heard_ms, whole_ms(airing)),
            ),
        )


def _planned_ms(session: Session, airing: Airing) -> int:
    """Return how long a node should have played; for an emergency, all repeats until it was ended."""
    if airing.every_ms is None or airing.duration_ms is None:
        return airing.duration_ms or _length(session, airing)
    ended_at = airing.ended_at or airing.starts_at
    span_ms = max(0, (ended_at - airing.starts_at) // timedelta(milliseconds=1))
    return sounded_ms(airing.every_ms, min(span_ms, airing.duration_ms))


def _length(session: Session, airing: Airing) -> int:
    """Return the duration of an airing that never entered the plans; 0 if unknown."""
    query = (
        select(Recording.duration_ms)
        .join(Rendering, Rendering.recording == Recording.id)
        .join(Bulletin, and_(Bulletin.id == Rendering.bulletin, Bulletin.revision == Rendering.revision))
        .where(Bulletin.id == airing.bulletin)
    )
    return session.scalar(query) or 0


def _append(session: Session, airing: Airing, known: Known, found: Iterable[Noted], now: datetime) -> bool:
    """Append new entries up to a limit; return whether that was all. The next call writes the rest."""
    last = newest_entry(session)
    seq, previous = (0, BEGINNING) if last is None else last
    rows: list[dict[str, Any]] = []
    for noted in found:
        corrects, said = known.get(noted.node, (None, None))
        if noted != said and len(rows) < _MOST_APPENDED:
            seq += 1
            rows.append(entry(noted, seq=seq, at=now, corrects=corrects, previous=previous))
            previous = rows[-1]["hash"]
    if rows:
        session.connection().execute(insert(AsAired), rows)
        detail = {"entries": len(rows), "last": seq, "hash": previous}
        record(session, None, ACT, airing.id, now, detail=detail)
    return len(rows) < _MOST_APPENDED
