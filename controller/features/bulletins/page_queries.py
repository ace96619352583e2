"""Reads of bulletins for pages and programs: a constant number of queries each."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.accounts.scope import Scope
from controller.features.bulletins.legal_form import ActShown, act_shown
from controller.features.bulletins.queries import visible_bulletin
from controller.features.bulletins.signs import Making
from controller.model.accounts import Account
from controller.model.bulletin_states import BulletinId, BulletinState, RenderingState
from controller.model.bulletins import Bulletin, LegalReference, Recording, Rendering, Revision
from controller.store import one_read
from tts.orders import Progress

MOST_LINES = 30
"""Lines of a list on a page; who wants more opens the list's own page."""
MOST_BULLETINS = 100
ProgressOf = Callable[[Rendering], Progress | None]


def makings(session: Session, scope: Scope, progress_of: ProgressOf) -> list[Making]:
    """Return the renderings in progress, and failed ones whose bulletin still waits."""
    unready = (RenderingState.WAITING, RenderingState.RENDERING, RenderingState.FAILED)
    query = (
        select(Rendering, Bulletin)
        .join(Bulletin, and_(Bulletin.id == Rendering.bulletin, Bulletin.revision == Rendering.revision))
        .where(Rendering.state.in_(unready), Bulletin.state == BulletinState.SUBMITTED)
        .order_by(Rendering.ordered_at)
        .limit(MOST_LINES)
    )
    if not scope.is_whole():
        query = query.where(Bulletin.area.in_(scope.seen))
    return [
        Making(bulletin.id, bulletin.title, made.state, progress_of(made), made.fault_sentence)
        for made, bulletin in session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class SpokenRevision:
    """A revision: its text, how it is read, and its audio."""

    revision: Revision
    rendering: Rendering | None
    recording: Recording | None


def spoken(session: Session, bulletin_id: str, revision: int) -> SpokenRevision:
    """Return a revision with its recording; one query."""
    row = session.execute(
        select(Revision, Rendering, Recording)
        .outerjoin(
            Rendering, and_(Rendering.bulletin == Revision.bulletin, Rendering.revision == Revision.number)
        )
        .outerjoin(Recording, Recording.id == Rendering.recording)
        .where(Revision.bulletin == bulletin_id, Revision.number == revision)
    ).one_or_none()
    if row is None:
        raise NotFound("Không có phiên bản này của bản tin.", code="bulletin.unknown-revision")
    return SpokenRevision(*row)


@one_read
def visible_speech(session: Session, scope: Scope, bulletin_id: str) -> tuple[Bulletin, SpokenRevision]:
    """Return a bulletin that the person sees with its newest wording and recording."""
    bulletin = visible_bulletin(session, scope, bulletin_id)
    return bulletin, spoken(session, bulletin.id, bulletin.revision)


@one_read
def act_of(session: Session, bulletin: Bulletin, now: datetime) -> ActShown | None:
    """Return a bulletin's legal act, in words; a variant has the act of its bulletin."""
    row = session.get(LegalReference, bulletin.variant_of or bulletin.id)
    return None if row is None else act_shown(row, now)


_TITLES = select(Bulletin.id, Bulletin.title).where(Bulletin.id.in_(bindparam("bulletins", expanding=True)))


def titles_of(session: Session, bulletin_ids: Iterable[BulletinId]) -> dict[BulletinId, str]:
    """Return the titles of bulletins."""
    rows = session.execute(_TITLES, {"bulletins": list(set(bulletin_ids))})
    return {bulletin: title for bulletin, title in rows}  # noqa: C416 - a typed dict from typed rows


@one_read
def visible_bulletins(
    session: Session,
    scope: Scope,
    states: Collection[BulletinState] | None = None,
    limit: int = MOST_BULLETINS,
) -> list[tuple[Bulletin, str]]:
    """Return bulletins that the person may see, of these states, with authors' names, newest first."""
    query = (
        select(Bulletin, Account.display_name)
        .join(Account, Account.id == Bulletin.author)
        .order_by(Bulletin.changed_at.desc(), Bulletin.id.desc())
        .limit(limit)
    )
    if states is not None:
        query = query.where(Bulletin.state.in_(states))
    if not scope.is_whole():
        query = query.where(Bulletin.area.in_(scope.seen))
    return [(found, other) for found, other in session.execute(query)]


def states_of(session: Session, wanted: Iterable[BulletinId]) -> dict[BulletinId, BulletinState]:
    """Return the states of bulletins."""
    query = select(Bulletin.id, Bulletin.state).where(Bulletin.id.in_(list(wanted)))
    return {bulletin: state for bulletin, state in session.execute(query)}  # noqa: C416 - typed rows
