"""Finds recordings without any reference for a given time; see docs/storage.md (what stays)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from controller.features.bulletins.renditions import renditions_by_recording
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Approved, Bulletin, ProgrammeItem, Recording, Rendering, Revision
from controller.model.hub import HubDocument
from devices.ids import RecordingId

_AWAITED = (BulletinState.SUBMITTED, BulletinState.RETURNED)


def recordings_in_use(session: Session, since: datetime) -> set[RecordingId]:
    """Return the recordings that something named at or after an instant, or names now.

    That is: an airing that began since, or is to begin; an approval that held since; a bulletin that still
    waits for its approver; a document of the hub that may still be taken.
    """
    aired = select(Airing.recording).where(Airing.starts_at >= since).distinct()
    approved = select(Approved.recording).where(
        func.coalesce(Approved.withdrawn_at, Approved.expires_at) >= since
    )
    awaited = (
        select(Rendering.recording)
        .join(Bulletin, and_(Bulletin.id == Rendering.bulletin, Bulletin.revision == Rendering.revision))
        .where(Bulletin.state.in_(_AWAITED))
    )
    offered = select(HubDocument.recording).where(
        HubDocument.bulletin.is_(None), HubDocument.gone_at.is_(None), HubDocument.expires_at >= since
    )
    found: set[RecordingId] = set()
    for query in (aired, approved, awaited, offered):
        found.update(recording for recording in session.scalars(query) if recording is not None)
    return found | renditions_by_recording(session, found).keys()


def known_recordings(session: Session, made_before: datetime | None = None) -> set[RecordingId]:
    """Return the recordings that the database knows, all of them or those made before an instant."""
    query = select(Recording.id)
    if made_before is not None:
        query = query.where(Recording.created_at < made_before)
    return set(session.scalars(query))


def outdated_uploads(session: Session, unused: set[RecordingId]) -> set[str]:
    """Return the brought files of which every wording that names them has an unused recording."""
    named: dict[str, bool] = {}
    for upload, recording in _uploads(session):
        named[upload] = named.get(upload, True) and recording in unused
    return {upload for upload, is_outdated in named.items() if is_outdated}


def _uploads(session: Session) -> Iterable[tuple[str, RecordingId | None]]:
    for table, place in ((Revision, Revision.number), (ProgrammeItem, ProgrammeItem.revision)):
        same: ColumnElement[bool] = and_(Rendering.bulletin == table.bulletin, Rendering.revision == place)
        query = select(table.upload, Rendering.recording).outerjoin(Rendering, same)
        for upload, recording in session.execute(query):
            if upload is not None:
                yield upload, recording
