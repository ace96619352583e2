"""What pages and JSON both do: use cases put together, one transaction each, the station woken afterwards."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from controller.errors import NotAllowed, NotFound
from controller.features.accounts.rate_limits import Purpose, Tries
from controller.features.accounts.service import WRONG_PASSWORD, unlock_key
from controller.features.accounts.viewer import Viewer
from controller.features.airings.planning import Wish, plan_foreseen
from controller.features.bulletins.listening_proof import ListeningProof, Span, heard_by, note_played
from controller.features.bulletins.queries import get_bulletin
from controller.features.bulletins.service import (
    approve_bulletin,
    check_approvable,
    draft_bulletin,
    submit_bulletin,
)
from controller.features.bulletins.topics import set_topic
from controller.features.imports.legal_references import Reference
from controller.features.journal.service import record
from controller.features.legal_acts.service import reference_given, set_reference
from controller.http.station import Station
from controller.model.area_tree import AreaTree
from controller.model.bulletin_states import BulletinId, TopicCode
from controller.model.bulletins import Bulletin
from controller.model.wording import PLAIN, Manner
from devices.ids import AiringId, AreaCode, RecordingId, Role


@dataclass(frozen=True, slots=True)
class WrittenBulletin:
    """A bulletin as somebody wrote it: its words, how they are read, and what they are about."""

    title: str
    text: str
    topic: TopicCode | None = None
    reference: Reference | None = None
    manner: Manner = PLAIN


def write_down(
    session: Session, station: Station, viewer: Viewer, written: WrittenBulletin, area: AreaCode | None = None
) -> Bulletin:
    """Keep it as a draft, with its topic and its legal act."""
    by, now = viewer.operator, station.now()
    bulletin = draft_bulletin(
        session, title=written.title, text=written.text, by=by, now=now, area=area, manner=written.manner
    )
    if written.topic is not None:
        set_topic(session, bulletin.id, written.topic, by=by, now=now)
    tell_of(session, viewer, bulletin.id, written.reference, station)
    return bulletin


def hand_in(
    station: Station, viewer: Viewer, written: WrittenBulletin, wish: Wish
) -> tuple[BulletinId, AiringId]:
    """Write a bulletin with its legal act, submit it and plan its airing: all of it, or nothing."""
    now = station.now()
    with station.store.write() as session:
        area = meeting(viewer.scope.tree, wish.areas, viewer.operator.area)
        bulletin = write_down(session, station, viewer, written, area)
        submit_bulletin(session, bulletin.id, by=viewer.operator, now=now, speech=station.speech)
        airing_id = plan_foreseen(session, bulletin.id, wish, by=viewer.operator, now=now).id
        bulletin_id = bulletin.id
    station.poke()
    return bulletin_id, airing_id


def tell_of(
    session: Session, viewer: Viewer, bulletin_id: BulletinId, reference: Reference | None, station: Station
) -> None:
    """Name the legal act that a bulletin tells of; None, or what is named already, changes nothing."""
    if reference is None or reference == (reference_given(session, bulletin_id) or Reference()):
        return
    set_reference(session, bulletin_id, reference, by=viewer.operator, now=station.now())


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
    """Approve what was read and heard; wrong passwords are counted and journaled, as at the door.

    Else whoever has a signed-in phone in hand could try passwords without end.
    """
    by, now, meant = viewer.operator, station.now(), RecordingId(recording)
    with station.store.read() as session:
        bulletin = seen_bulletin(session, viewer, bulletin_id)
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
        seen_bulletin(session, viewer, bulletin_id)
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
    station.poke()


def note_heard(station: Station, viewer: Viewer, recording: str, spans: Sequence[Span]) -> ListeningProof:
    """Keep what a person played of a recording, in a transaction of its own; return all that they played.

    A token's program has no ears: what it claims is not kept.
    """
    known = RecordingId(recording)
    if not spans or viewer.operator.acts is not None:
        with station.store.read() as session:
            return heard_by(session, viewer.operator, known)
    with station.store.write() as session:
        return note_played(session, known, spans, by=viewer.operator, now=station.now())


def meeting(tree: AreaTree, areas: Collection[AreaCode], home: AreaCode) -> AreaCode:
    """Return the area that a bulletin for these belongs to: the one itself, or where their ways up meet."""
    known = [tree.lineage(area) for area in areas if area in tree]
    if not known:
        return home
    return next((area for area in known[0] if all(area in lineage for lineage in known)), home)


def seen_bulletin(session: Session, viewer: Viewer, bulletin_id: str) -> Bulletin:
    """Return the bulletin, or raise NotFound: one outside the person's view is not there."""
    bulletin = get_bulletin(session, BulletinId(bulletin_id))
    if bulletin.area not in viewer.scope.hears and bulletin.area not in viewer.scope.seen:
        raise NotFound("Bản tin này không thuộc địa bàn của bạn.", code="bulletin.unknown")
    return bulletin
