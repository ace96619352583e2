"""Claims of renderings by those who speak them, here or on another machine; decision 150.

A claim of a `loa speech-worker` expires by the database's clock unless it is renewed. A claim of the station
lasts as long as it leads: its writes are fenced by its lease, and the next station that leads ends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, func, select, update
from sqlalchemy.orm import Session

from controller.features.bulletins.renderings import NO_CLAIM, begin_rendering
from controller.model.bulletin_states import RenderingId, RenderingState
from controller.model.bulletins import Bulletin, Rendering
from controller.model.speech_workers import WORKER_LENGTH
from tts.orders import Progress


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt to make a recording; `token` is known to who makes it alone."""

    rendering: RenderingId
    token: str


def claim_rendering(
    session: Session, claim: Claim, *, worker: str, life_s: float | None, now: datetime
) -> bool:
    """Claim a waiting rendering for so many seconds (None: while the station leads); False: others did."""
    return begin_rendering(
        session,
        claim.rendering,
        now=now,
        claim=claim.token,
        worker=worker[:WORKER_LENGTH],
        claimed_until=_later(life_s),
    )


def renew_claim(
    session: Session | Connection, claim: Claim, progress: Progress | None, life_s: float | None
) -> bool:
    """Renew a claim and note how far it is; False: it is held no more, and what is made is not wanted."""
    told: dict[str, Any] = {"claimed_until": _later(life_s)}
    if progress is not None:
        told |= {"stage": progress.stage, "steps_done": progress.done, "steps": progress.total}
    return _one(session, _mine(claim).values(told))


def hand_over(session: Session, claim: Claim, made: dict[str, Any]) -> bool:
    """Hand over what was made, or why not, to the station that leads; False: the claim is held no more."""
    return _one(session, _mine(claim).values(made=made, claimed_until=None))


def give_back(session: Session, claim: Claim) -> bool:
    """Let a rendering wait again as if it had not been begun; False: the claim is held no more."""
    freed = {**NO_CLAIM, "state": RenderingState.WAITING, "attempts": Rendering.attempts - 1}
    return _one(session, _mine(claim).values(freed))


def note_lack(session: Session, rendering_id: RenderingId, sentence: str) -> None:
    """Note why a machine leaves a waiting rendering to others; people see it while it waits."""
    session.execute(
        update(Rendering)
        .where(Rendering.id == rendering_id, Rendering.state == RenderingState.WAITING)
        .where(Rendering.fault_sentence.is_distinct_from(sentence))
        .values(fault="rendering.lacks", fault_sentence=sentence)
    )


def handed_over(session: Session) -> Sequence[RenderingId]:
    """Return what waits for the station that leads to take it in."""
    query = select(Rendering.id).where(
        Rendering.state == RenderingState.RENDERING, Rendering.made.is_not(None)
    )
    return session.scalars(query.order_by(Rendering.begun_at)).all()


def expired_claims(session: Session) -> Sequence[RenderingId]:
    """Return what was claimed by workers that are heard of no more; on PostgreSQL."""
    query = select(Rendering.id).where(
        Rendering.state == RenderingState.RENDERING, Rendering.claimed_until < func.clock_timestamp()
    )
    return session.scalars(query).all()


def waiting_for_a_machine(session: Session, limit: int = 20) -> list[tuple[str, str]]:
    """Return titles of bulletins that a machine could not speak and no other has yet, and why."""
    query = (
        select(Bulletin.title, Rendering.fault_sentence)
        .join(Bulletin, Bulletin.id == Rendering.bulletin)
        .where(Rendering.state == RenderingState.WAITING, Rendering.fault_sentence.is_not(None))
        .order_by(Rendering.ordered_at)
        .limit(limit)
    )
    return [(title, why or "") for title, why in session.execute(query)]


def noted_progress(rendering: Rendering) -> Progress | None:
    """Return how far its worker says that it is; None: nobody makes it."""
    if rendering.state is not RenderingState.RENDERING or rendering.stage is None:
        return None
    return Progress(rendering.stage, rendering.steps_done, rendering.steps)


def _mine(claim: Claim) -> Update:
    """Return an update of the rendering while the claim is held and nothing was handed over."""
    return update(Rendering).where(
        Rendering.id == claim.rendering,
        Rendering.claim == claim.token,
        Rendering.state == RenderingState.RENDERING,
        Rendering.made.is_(None),
    )


def _one(session: Session | Connection, change: Update) -> bool:
    return session.execute(change.returning(Rendering.id)).first() is not None


def _later(life_s: float | None) -> ColumnElement[datetime] | None:
    if life_s is None:
        return None
    return func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, life_s)
