"""Database queries of the running parts."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from controller.features.bulletins.renditions import renditions_by_recording
from controller.features.plans.prefetch import starts_ahead
from controller.model.airing_states import IN_PLANS
from controller.model.airings import Airing
from controller.model.bulletins import Approved, Bulletin, Recording
from controller.model.emergencies import Prepared
from controller.runtime.wants import Need
from devices.chunks import LARGE_FROM
from devices.ids import Grade, RecordingId

_WHENEVER = Need(Grade.ROUTINE, datetime.max.replace(tzinfo=UTC))
"""Recordings that are only stored in advance are sent after everything that has a time."""
_MOST_NAMED = 500
"""Of more recordings all long ones are read: databases bound what one query may name."""


def needs_in_plans(session: Session, now: datetime) -> dict[RecordingId, Need]:
    """Return the recordings that plans may name now (to play or to keep), each with its most urgent need."""
    needs: dict[RecordingId, Need] = {}
    query = select(Airing.recording, Airing.grade, Airing.starts_at).where(
        Airing.state.in_(IN_PLANS), Airing.recording.is_not(None)
    )
    for recording, grade, starts_at in session.execute(query):
        if recording is None:
            continue
        need = Need(grade, starts_at)
        needs[recording] = min(need, needs.get(recording, need), key=lambda one: one.order)
    for recording in _prepared_recordings(session):
        needs.setdefault(recording, _WHENEVER)
    for recording, starts_at in starts_ahead(session, now).items():
        need = Need(Grade.ROUTINE, starts_at)
        needs[recording] = min(need, needs.get(recording, need), key=lambda one: one.order)
    for rendition, recording in renditions_by_recording(session, needs.keys()).items():
        needs[rendition] = needs[recording]
    for recording, manifest in session.execute(_long_ones(needs)):
        if recording in needs:  # one of before may have chunks of another size than a new one
            needs[recording] = replace(needs[recording], chunk_size=manifest["chunk_size"])
    return needs


def _long_ones(needs: Collection[RecordingId]) -> Select[tuple[RecordingId, dict[str, Any]]]:
    query = select(Recording.id, Recording.manifest).where(Recording.size >= LARGE_FROM)
    return query.where(Recording.id.in_(needs)) if len(needs) <= _MOST_NAMED else query


def _prepared_recordings(session: Session) -> list[RecordingId]:
    query = (
        select(Approved.recording)
        .join(Bulletin, and_(Bulletin.id == Approved.bulletin, Bulletin.revision == Approved.revision))
        .join(Prepared, Prepared.bulletin == Bulletin.id)
        .where(Prepared.released_at.is_(None))
    )
    return list(session.scalars(query))


def has_airings_in_plans(session: Session) -> bool:
    """Return whether any airing is being delivered or is sounding."""
    return session.scalars(select(Airing.id).where(Airing.state.in_(IN_PLANS)).limit(1)).first() is not None
