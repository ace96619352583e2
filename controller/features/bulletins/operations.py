"""Operations on bulletins for pages and JSON: one transaction each, then the station is woken."""

from collections.abc import Sequence

from controller.errors import Conflict, NotAllowed
from controller.features.accounts.queries import require
from controller.features.accounts.rate_limits import Purpose, Tries
from controller.features.accounts.service import WRONG_PASSWORD, unlock_key
from controller.features.accounts.viewer import Viewer
from controller.features.bulletins.listening_proof import ListeningProof, Span, heard_by, note_played
from controller.features.bulletins.queries import rendering_of, seen_bulletin
from controller.features.bulletins.renderings import retry_rendering
from controller.features.bulletins.service import approve_bulletin, check_approvable
from controller.features.journal.service import record
from controller.http.station import Station
from controller.model.bulletin_states import BulletinId, RenderingState
from controller.model.permissions import Act
from devices.ids import RecordingId, Role


def approve(
    station: Station,
    viewer: Viewer,
    tries: Tries,
    bulletin_id: str,
    *,
    revision: int,
    recording: str,
    password: str,
    declared: bool = False,
) -> None:
    """Approve what was read and heard; wrong passwords are counted and journaled, as at sign-in.

    Otherwise a person with a stolen signed-in phone could try passwords without limit.
    """
    by, now, meant = viewer.operator, station.now(), RecordingId(recording)
    with station.store.read() as session:
        bulletin = seen_bulletin(session, viewer.scope, bulletin_id)
        check_approvable(session, bulletin, revision, meant, by=by, declared=declared, now=now)
    try:
        with tries.counted(viewer.tried_as, Purpose.APPROVAL):
            opened = unlock_key(station.store, by, role=Role.APPROVER, password=password, now=now)
    except NotAllowed as error:
        if error.code == WRONG_PASSWORD:
            with station.store.write() as session:
                record(session, by, "bulletin.approval-refused", bulletin_id, now)
        raise
    with station.store.write() as session:
        seen_bulletin(session, viewer.scope, bulletin_id)
        approve_bulletin(
            session,
            BulletinId(bulletin_id),
            revision=revision,
            recording=meant,
            by=by,
            password=opened,
            now=now,
            declared=declared,
        )
    station.wake()


def render_again(station: Station, viewer: Viewer, bulletin_id: str) -> None:
    """Have the newest wording's recording made once more after that failed, or raise Conflict."""
    with station.store.write() as session:
        bulletin = seen_bulletin(session, viewer.scope, bulletin_id)
        require(session, viewer.operator, Act.WRITE, bulletin.area)
        rendering = rendering_of(session, bulletin.id, bulletin.revision)
        if rendering is None or rendering.state is not RenderingState.FAILED:
            raise Conflict("Âm thanh của bản tin này không bị lỗi.", code="rendering.illegal-transition")
        retry_rendering(session, rendering.id, by=viewer.operator, now=station.now())
    station.wake()


def note_heard(station: Station, viewer: Viewer, recording: str, spans: Sequence[Span]) -> ListeningProof:
    """Keep what a person played of a recording, in a transaction of its own; return all that they played.

    A program with a token cannot listen, so its report is not stored.
    """
    known = RecordingId(recording)
    if not spans or viewer.operator.acts is not None:
        with station.store.read() as session:
            return heard_by(session, viewer.operator, known)
    with station.store.write() as session:
        return note_played(session, known, spans, by=viewer.operator, now=station.now())
