"""Other codings of recordings: what an approval lists, and what loudspeakers may fetch beside the MP3."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.model.bulletins import Recording
from devices.ids import RecordingId
from devices.statements import Rendition

_MOST_NAMED = 500
"""Of more recordings all renditions are read: databases bound what one query may name."""


def renditions_of(session: Session, recording: RecordingId) -> tuple[Rendition, ...]:
    """Return the renditions of a recording, as its approval lists them."""
    query = select(Recording).where(Recording.rendition_of == recording).order_by(Recording.id)
    return tuple(
        Rendition(recording=one.id, codec=one.codec, size=one.size) for one in session.scalars(query)
    )


def renditions_by_recording(
    session: Session, recordings: Collection[RecordingId]
) -> dict[RecordingId, RecordingId]:
    """Return the renditions of these recordings, each with the recording of which it is one."""
    wanted = frozenset(recordings)
    if not wanted:
        return {}
    query = select(Recording.id, Recording.rendition_of).where(Recording.rendition_of.is_not(None))
    if len(wanted) <= _MOST_NAMED:
        query = query.where(Recording.rendition_of.in_(wanted))
    return {rendition: of for rendition, of in session.execute(query) if of in wanted}
