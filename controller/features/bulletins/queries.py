"""Reads of bulletins, revisions, renderings and approvals."""

from collections.abc import Collection, Sequence

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.accounts.queries import sees
from controller.features.accounts.scope import Scope
from controller.features.bulletins.schemas import RevisionShown, own_words_shown
from controller.features.imports.legal_references import Reference
from controller.features.speech.queries import speech_in
from controller.model.accounts import Account
from controller.model.airing_states import AiringState
from controller.model.airings import Airing
from controller.model.bulletin_states import (
    BulletinId,
    BulletinState,
    RenderingId,
    RenderingState,
    RevisionKind,
)
from controller.model.bulletins import (
    Approved,
    Bulletin,
    LegalReference,
    ProgrammeItem,
    Recording,
    Rendering,
    Revision,
)
from controller.model.permissions import Operator
from controller.model.speech import Speech, speech_of
from controller.store import one_read
from devices.ids import AreaCode, Grade, RecordingId

_MOST_WORDINGS = 100
"""Of one bulletin, on its page."""


@one_read
def get_bulletin(session: Session, bulletin_id: BulletinId, *, lock: bool = False) -> Bulletin:
    """Return the bulletin, or raise NotFound; `lock`: nobody else changes it till the end."""
    bulletin = session.get(Bulletin, bulletin_id, with_for_update=lock or None)
    if bulletin is None:
        raise NotFound("Không có bản tin này.", code="bulletin.unknown")
    return bulletin


@one_read
def visible_bulletin(session: Session, scope: Scope, bulletin_id: str) -> Bulletin:
    """Return the bulletin, or raise NotFound: one outside the person's view is not there."""
    bulletin = get_bulletin(session, BulletinId(bulletin_id))
    if bulletin.area not in scope.hears and bulletin.area not in scope.seen:
        raise NotFound("Bản tin này không thuộc địa bàn của bạn.", code="bulletin.unknown")
    return bulletin


@one_read
def visible_wording(
    session: Session, scope: Scope, bulletin_id: str, number: int = 0
) -> tuple[Bulletin, Revision]:
    """Return a bulletin that the person sees with one of its wordings, by default the newest."""
    bulletin = visible_bulletin(session, scope, bulletin_id)
    return bulletin, get_revision(session, bulletin.id, number or bulletin.revision)


def usable_bulletin(session: Session, bulletin_id: str, by: Operator, *, lock: bool = False) -> Bulletin:
    """Return a bulletin that the person may change, plan, call or put into a programme, or raise NotFound.

    Every service that is given a bulletin's id calls this, wherever the id came from: URL, form or body.
    """
    bulletin = get_bulletin(session, BulletinId(bulletin_id), lock=lock)
    if not sees(session, by, bulletin.area):
        raise NotFound("Bản tin này không thuộc địa bàn của bạn.", code="bulletin.unknown")
    return bulletin


@one_read
def reference_given(session: Session, bulletin_id: BulletinId) -> Reference | None:
    """Return the legal act that a person named, or None."""
    row = session.get(LegalReference, bulletin_id)
    if row is None:
        return None
    return Reference(row.number, row.kind, row.issuer, row.dated, row.in_force_from, row.in_force_until)


def get_revision(session: Session, bulletin_id: BulletinId, number: int) -> Revision:
    """Return the wording, or raise NotFound."""
    revision = session.get(Revision, (bulletin_id, number))
    if revision is None:
        raise NotFound("Không có phiên bản này của bản tin.", code="bulletin.unknown-revision")
    return revision


def get_rendering(session: Session, rendering_id: RenderingId, *, lock: bool = False) -> Rendering:
    """Return the rendering, or raise NotFound."""
    rendering = session.get(Rendering, rendering_id, with_for_update=lock or None)
    if rendering is None:
        raise NotFound("Không có lần dựng âm thanh này.", code="rendering.unknown")
    return rendering


def rendering_of(session: Session, bulletin_id: BulletinId, revision: int) -> Rendering | None:
    """Return the making of a revision's recording, if it was ordered."""
    query = select(Rendering).where(Rendering.bulletin == bulletin_id, Rendering.revision == revision)
    return session.scalars(query).one_or_none()


def usual_speech(session: Session, bulletin: Bulletin, wording: Revision, station: Speech) -> Speech:
    """Return how a wording would be spoken now: by its author's choice, its area's, and the station's."""
    return speech_of(speech_in(session, bulletin.area, station), wording.manner)


@one_read
def spoken_with(session: Session, bulletin: Bulletin, wording: Revision, station: Speech) -> Speech:
    """Return how a wording is spoken: as its recording was ordered, else as it would be ordered now."""
    made = rendering_of(session, bulletin.id, wording.number)
    if made is None:
        return usual_speech(session, bulletin, wording, station)
    return Speech(made.engine, made.voice, made.rate, made.fallback, made.register, made.rests)


def get_recording(session: Session, recording_id: RecordingId) -> Recording:
    """Return the recording, or raise NotFound."""
    recording = session.get(Recording, recording_id)
    if recording is None:
        raise NotFound("Không có tệp âm thanh này.", code="recording.unknown")
    return recording


def approval_of(session: Session, bulletin_id: BulletinId, revision: int) -> Approved | None:
    """Return a revision's approval, withdrawn or not, if there is one."""
    return session.get(Approved, (bulletin_id, revision))


@one_read
def variants_of(session: Session, bulletin_id: BulletinId) -> Sequence[Bulletin]:
    """Return a bulletin's variants in other languages, oldest first, whatever became of them."""
    query = select(Bulletin).where(Bulletin.variant_of == bulletin_id).order_by(Bulletin.id)
    return session.scalars(query).all()


@one_read
def items_of(session: Session, bulletin_id: BulletinId, revision: int) -> Sequence[ProgrammeItem]:
    """Return the parts of a programme's wording in their order; none for what is no programme."""
    query = select(ProgrammeItem).where(
        ProgrammeItem.bulletin == bulletin_id, ProgrammeItem.revision == revision
    )
    return session.scalars(query.order_by(ProgrammeItem.place)).all()


def programmes_with(session: Session, bulletin_id: BulletinId) -> Sequence[Bulletin]:
    """Return the programmes whose newest wording holds the bulletin, oldest first."""
    query = (
        select(Bulletin)
        .join(
            ProgrammeItem,
            and_(ProgrammeItem.bulletin == Bulletin.id, ProgrammeItem.revision == Bulletin.revision),
        )
        .where(ProgrammeItem.item == bulletin_id)
        .order_by(Bulletin.id)
    )
    return session.scalars(query.distinct()).all()


def renderings_to_approve(session: Session) -> Sequence[tuple[Rendering, str, AreaCode]]:
    """Return the spoken recordings that wait for an approver, with title and area of their bulletins."""
    query = (
        select(Rendering, Bulletin.title, Bulletin.area)
        .join(Bulletin, and_(Bulletin.id == Rendering.bulletin, Bulletin.revision == Rendering.revision))
        .join(Revision, and_(Revision.bulletin == Bulletin.id, Revision.number == Bulletin.revision))
        .where(Bulletin.state == BulletinState.SUBMITTED, Rendering.state == RenderingState.READY)
        .where(Revision.kind == RevisionKind.TEXT)
        .order_by(Rendering.ordered_at, Rendering.id)
    )
    return [(rendering, title, area) for rendering, title, area in session.execute(query)]


def waiting_renderings(
    session: Session, limit: int = 10, *, urgent_only: bool = False, but: Collection[RenderingId] = ()
) -> Sequence[Rendering]:
    """Return renderings that nobody has begun: what may be called first, then by start, then by age.

    `urgent_only`: what may be called as an emergency alone. `but`: what is not asked for.
    """
    is_urgent = exists().where(Bulletin.id == Rendering.bulletin, Bulletin.highest_grade == Grade.EMERGENCY)
    starts_at = (
        select(func.min(Airing.starts_at))
        .where(Airing.bulletin == Rendering.bulletin, Airing.state == AiringState.PLANNED)
        .scalar_subquery()
    )
    query = (
        select(Rendering)
        .where(Rendering.state == RenderingState.WAITING, Rendering.id.not_in(but))
        .order_by(
            case((is_urgent, 0), else_=1), starts_at.asc().nulls_last(), Rendering.ordered_at, Rendering.id
        )
        .limit(limit)
    )
    return session.scalars(query.where(is_urgent) if urgent_only else query).all()


@one_read
def wordings_of(session: Session, bulletin_id: BulletinId) -> list[RevisionShown]:
    """Return the revisions of a bulletin, the newest first."""
    query = (
        select(Revision, Account.name, Rendering.recording, Approved.approved_at)
        .join(Account, Account.id == Revision.author)
        .outerjoin(
            Rendering, and_(Rendering.bulletin == Revision.bulletin, Rendering.revision == Revision.number)
        )
        .outerjoin(
            Approved, and_(Approved.bulletin == Revision.bulletin, Approved.revision == Revision.number)
        )
        .where(Revision.bulletin == bulletin_id)
        .order_by(Revision.number.desc())
        .limit(_MOST_WORDINGS)
    )
    return [
        RevisionShown.of(
            revision,
            own_words=own_words_shown(revision.own_words),
            reading_register=revision.register,
            author=author,
            corrected=revision.corrected_by is not None,
            recording=recording,
            approved_at=approved_at,
        )
        for revision, author, recording, approved_at in session.execute(query)
    ]


def programmes_among(session: Session, bulletins: Collection[BulletinId]) -> frozenset[BulletinId]:
    """Return which of the bulletins are programmes."""
    query = (
        select(Bulletin.id)
        .join(Revision, and_(Revision.bulletin == Bulletin.id, Revision.number == Bulletin.revision))
        .where(Bulletin.id.in_(bulletins), Revision.kind == RevisionKind.PROGRAMME)
    )
    return frozenset(session.scalars(query))
