"""The queue of an approver: sorted by the first planned start."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from controller.features.accounts.key_checks import why_unsigned
from controller.features.accounts.scope import Scope
from controller.features.accounts.touches import means_of_signing
from controller.features.accounts.viewer import Caller, Viewer
from controller.features.airings.page_queries import MOST_AIRINGS
from controller.features.approvals.consequences import SetsGoing, sets_going
from controller.features.approvals.waiting import is_author, submitted_in
from controller.features.bulletins.comments import written_sentences
from controller.features.bulletins.hearing import hearing_of
from controller.features.bulletins.in_force import approved_until
from controller.features.bulletins.renditions import renditions_of
from controller.features.bulletins.signed_approvals import scope_in_words
from controller.features.editorial.page_queries import bulletin_page
from controller.features.plans.reliance import relied_upon
from controller.model.accounts import Account
from controller.model.airing_states import AiringState
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinId, BulletinState, RenderingState
from controller.model.bulletins import Bulletin, Rendering
from controller.model.emergencies import Prepared
from controller.store import one_read
from devices.ids import Role

_AIRINGS = 5
"""Airings that an approver is shown one by one; a schedule makes two weeks of them."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A bulletin that waits."""

    bulletin: Bulletin
    author: str
    is_spoken: bool
    """Whether its recording is made, so that it can be approved at once."""
    going: SetsGoing
    """What its approval sets going."""
    is_kept_ready: bool
    """Whether it is prepared for an emergency: loudspeakers hold it and sound nothing until it is called."""
    is_own: bool
    """Whether this person wrote it: another one has to approve it."""


def queue(session: Session, viewer: Viewer, limit: int = MOST_AIRINGS) -> Sequence[Waiting]:
    """Return what waits by its first start, then what is not planned, the oldest first.

    What the person wrote comes last: somebody else has to approve it.
    """
    own = is_author(viewer.operator)
    planned = and_(Airing.bulletin == Bulletin.id, Airing.state == AiringState.PLANNED)
    spoken = and_(Rendering.bulletin == Bulletin.id, Rendering.revision == Bulletin.revision)
    query = (
        select(
            Bulletin,
            Account.display_name,
            func.max(Rendering.state),
            own,
        )
        .join(Account, Account.id == Bulletin.author)
        .outerjoin(Airing, planned)
        .outerjoin(Rendering, spoken)
        .where(submitted_in(viewer.scope))
        .group_by(Bulletin.id, Account.display_name)
        .order_by(own, func.min(Airing.starts_at).is_(None), func.min(Airing.starts_at), Bulletin.changed_at)
        .limit(limit)
    )
    rows = session.execute(query).all()
    ids = [row[0].id for row in rows]
    going, kept_ready = sets_going(session, viewer.scope, ids), kept_ready_among(session, ids)
    return [
        Waiting(
            *(bulletin, author),
            is_spoken=state is RenderingState.READY,
            going=going[bulletin.id],
            is_kept_ready=bulletin.id in kept_ready,
            is_own=bool(is_own),
        )
        for bulletin, author, state, is_own in rows
    ]


def kept_ready_among(session: Session, wanted: Sequence[BulletinId]) -> frozenset[BulletinId]:
    """Return those that loudspeakers hold ready for an emergency, or will once they are approved."""
    query = select(Prepared.bulletin).where(Prepared.bulletin.in_(wanted), Prepared.released_at.is_(None))
    return frozenset(session.scalars(query))


def to_approve_again(session: Session, scope: Scope, now: datetime) -> Sequence[Bulletin]:
    """Return what is in use and refused by loudspeakers: its approval is over, or has no scope."""
    until = approved_until()
    is_here = [] if scope.is_whole() else [Bulletin.area.in_(scope.seen)]
    query = select(Bulletin.id).where(
        Bulletin.state == BulletinState.APPROVED, or_(until.is_(None), until <= now), *is_here
    )
    used = [one.bulletin for one in relied_upon(session, query)][:MOST_AIRINGS]
    return session.scalars(select(Bulletin).where(Bulletin.id.in_(used)).order_by(Bulletin.title)).all()


@one_read
def next_to_approve(session: Session, viewer: Viewer, after: str) -> BulletinId | None:
    """Return the first bulletin in the queue, except the one just handled."""
    rows = queue(session, viewer, 2)
    return next((one.bulletin.id for one in rows if one.bulletin.id != after and not one.is_own), None)


def queue_page(session: Session, viewer: Viewer, now: datetime) -> dict[str, Any]:
    """Return what the page of the queue shows."""
    return {
        "rows": queue(session, viewer),
        "again": to_approve_again(session, viewer.scope, now),
        "unsigned": why_unsigned(session, viewer.operator, now=now),
    }


def approval_page(session: Session, caller: Caller, bulletin_id: str) -> dict[str, Any]:
    """Return what an approver is shown of one bulletin."""
    shown = bulletin_page(session, caller, bulletin_id)
    recording, bulletin = shown["speech"].recording, shown["bulletin"].id
    return {
        **shown,
        "going": sets_going(session, caller.scope, [bulletin])[bulletin],
        "is_kept_ready": bulletin in kept_ready_among(session, [bulletin]),
        "most_airings": _AIRINGS,
        "sentences": written_sentences(shown["speech"].revision.text),
        "unsigned": why_unsigned(session, caller.by, now=caller.now()),
        "approved_for": scope_in_words(shown["bulletin"], shown["where"], caller.now()),
        **means_of_signing(session, caller, Role.APPROVER),
        "hearing": hearing_of(session, caller, bulletin) if recording else None,
        "renditions": renditions_of(session, recording.id) if recording else (),
    }
