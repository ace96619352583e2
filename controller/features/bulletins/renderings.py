"""Writes of renderings: ordered, claimed by one worker, finished or failed; speech itself runs outside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.queries import require
from controller.features.bulletins.authorships import ask_author
from controller.features.bulletins.queries import (
    get_bulletin,
    get_rendering,
    get_revision,
    rendering_of,
    usable_bulletin,
    usual_speech,
)
from controller.features.journal.service import record
from controller.model.bulletin_states import (
    BulletinId,
    BulletinState,
    RenderingAction,
    RenderingId,
    RenderingState,
    after_rendering,
)
from controller.model.bulletins import Bulletin, Recording, Rendering, Revision
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator
from controller.model.speech import Speech
from controller.store import one_write
from devices.ids import RecordingId
from devices.messages import Manifest
from tts.orders import Rendered

MOST_ATTEMPTS: Final = 3
"""A rendering whose worker died this often is at fault itself."""
BROKE_OFF: Final = "Máy chủ nhiều lần gặp trục trặc giữa lúc dựng âm thanh. Hãy báo kỹ thuật viên."
NO_CLAIM: Final[Mapping[str, Any]] = {
    "worker": None,
    "claim": None,
    "claimed_until": None,
    "stage": None,
    "steps_done": 0,
    "steps": 0,
    "made": None,
    "fault": None,
    "fault_sentence": None,
}
"""Columns of a rendering that nobody makes: by whom, until when, how far, what came of it, why not yet."""


def order_rendering(session: Session, bulletin: Bulletin, speech: Speech, *, now: datetime) -> Rendering:
    """Order the recording of the newest wording; one already ordered is kept, a failed one tried again.

    `speech`: the station's. What its area has of its own, and what its author chose, are put before it.
    """
    rendering = rendering_of(session, bulletin.id, bulletin.revision)
    spoken = usual_speech(session, bulletin, get_revision(session, bulletin.id, bulletin.revision), speech)
    if rendering is None:
        rendering = Rendering(
            id=RenderingId(new_id(now)),
            bulletin=bulletin.id,
            revision=bulletin.revision,
            state=RenderingState.WAITING,
            attempts=0,
            ordered_at=now,
            engine=spoken.engine,
            voice=spoken.voice,
            rate=spoken.rate,
            fallback=spoken.fallback,
            register=spoken.register,
            rests=spoken.rests,
        )
        session.add(rendering)
    elif rendering.state is RenderingState.FAILED:
        _try_again(rendering, now)
        rendering.engine, rendering.voice = spoken.engine, spoken.voice
        rendering.rate, rendering.fallback = spoken.rate, spoken.fallback
        rendering.register, rendering.rests = spoken.register, spoken.rests
    session.flush()
    return rendering


def begin_rendering(session: Session, rendering_id: RenderingId, *, now: datetime, **claim: Any) -> bool:
    """Begin a waiting rendering; False when another worker was first. `claim`: columns of who begins it."""
    begun: dict[str, Any] = {"state": RenderingState.RENDERING, "begun_at": now, **claim}
    claimed = session.execute(
        update(Rendering)
        .where(Rendering.id == rendering_id, Rendering.state == RenderingState.WAITING)
        .values(attempts=Rendering.attempts + 1, **{**NO_CLAIM, **begun})
        .returning(Rendering.id)
    )
    return claimed.first() is not None


def finish_rendering(
    session: Session,
    rendering_id: RenderingId,
    rendered: Rendered,
    manifest: Manifest,
    opus: Manifest | None = None,
    *,
    now: datetime,
) -> None:
    """Keep what the studio made; `manifest` describes the very recording, `opus` its rendition, if any.

    A recording that is known keeps the renditions that it has: they are what was approved with it.
    """
    if manifest.recording != str(rendered.recording) or manifest.size != rendered.size:
        raise BadInput("Tệp âm thanh và bản mô tả của nó không khớp nhau.", code="rendering.manifest")
    rendering = get_rendering(session, rendering_id, lock=True)
    rendering.state = after_rendering(rendering.state, RenderingAction.FINISH)
    _free(rendering)
    if session.get(Recording, manifest.recording) is None:
        session.add(_recording(rendered, manifest, now))
        session.flush()
        if opus is not None:
            session.add(_recording(rendered, opus, now, rendition_of=manifest.recording))
            session.flush()
    rendering.recording = manifest.recording
    rendering.ended_at = now
    rendering.engine_used = rendered.engine
    rendering.fallback_reason = rendered.fallback_reason
    rendering.spoken_text = rendered.spoken_text
    rendering.text_characters = rendered.text_characters
    rendering.phrases = rendered.phrases
    rendering.phrases_cached = rendered.phrases_cached
    ask_author(session, rendering, get_bulletin(session, rendering.bulletin), now)
    detail = {"recording": manifest.recording, "engine": rendered.engine, "revision": rendering.revision}
    record(session, None, "rendering.finished", rendering.bulletin, now, detail=detail)


def fail_rendering(
    session: Session, rendering_id: RenderingId, *, code: str, sentence: str, now: datetime
) -> None:
    """Note why the rendering failed; the author may submit again or change the text."""
    rendering = get_rendering(session, rendering_id, lock=True)
    rendering.state = after_rendering(rendering.state, RenderingAction.FAIL)
    _free(rendering)
    rendering.ended_at = now
    rendering.fault = code
    rendering.fault_sentence = sentence
    record(session, None, "rendering.failed", rendering.bulletin, now, detail={"code": code})


@one_write
def retry_rendering(session: Session, bulletin_id: str, *, by: Operator, now: datetime) -> None:
    """Have the newest wording's recording made once more after that failed, or raise Conflict."""
    bulletin = usable_bulletin(session, bulletin_id, by, lock=True)
    require(session, by, Act.WRITE, bulletin.area)
    rendering = rendering_of(session, bulletin.id, bulletin.revision)
    if rendering is None or rendering.state is not RenderingState.FAILED:
        raise Conflict("Âm thanh của bản tin này không bị lỗi.", code="rendering.illegal-transition")
    _try_again(rendering, now)
    record(session, by, "rendering.retried", rendering.bulletin, now)


def renew_rendering(session: Session, rendering_id: RenderingId, *, now: datetime) -> bool:
    """Render again a text that would now be read differently; False if it no longer waits for approval.

    Only for bulletins that still wait for approval: an approved recording is never replaced.
    """
    rendering = get_rendering(session, rendering_id)
    bulletin = get_bulletin(session, BulletinId(rendering.bulletin), lock=True)
    rendering = get_rendering(session, rendering_id, lock=True)
    if bulletin.state is not BulletinState.SUBMITTED or bulletin.revision != rendering.revision:
        return False
    if rendering.state is not RenderingState.READY:
        return False
    rendering.state = after_rendering(rendering.state, RenderingAction.RENEW)
    detail = {"recording": rendering.recording, "revision": rendering.revision}
    rendering.attempts, rendering.ordered_at = 0, now
    rendering.recording = rendering.spoken_text = None
    session.flush()
    record(session, None, "rendering.renewed", rendering.bulletin, now, detail=detail)
    return True


def requeue_renderings(session: Session, *, now: datetime) -> int:
    """At the start of a station that leads: requeue what its former process had begun.

    What others have claimed stays theirs until their claim expires; what was handed over is taken in.
    """
    begun = session.scalars(
        select(Rendering)
        .where(Rendering.state == RenderingState.RENDERING)
        .where(Rendering.claimed_until.is_(None), Rendering.made.is_(None))
        .with_for_update()
    ).all()
    for rendering in begun:
        requeue_rendering(session, rendering.id, now=now)
    return len(begun)


def requeue_rendering(
    session: Session, rendering_id: RenderingId, *, now: datetime, sentence: str = BROKE_OFF
) -> RenderingState:
    """Requeue a rendering that was interrupted; after too many tries it fails, with the last reason.

    One that is not being rendered (any more) is left as it is.
    """
    rendering = get_rendering(session, rendering_id, lock=True)
    if rendering.state is not RenderingState.RENDERING:
        return rendering.state
    if rendering.attempts < MOST_ATTEMPTS:
        rendering.state = after_rendering(rendering.state, RenderingAction.RETRY)
        _free(rendering)
    else:
        fail_rendering(session, rendering.id, code="rendering.too-often", sentence=sentence, now=now)
    return rendering.state


def wording_to_speak(session: Session, rendering: Rendering) -> Revision:
    """Return the wording that a rendering is of."""
    return get_revision(session, rendering.bulletin, rendering.revision)


def _free(rendering: Rendering) -> None:
    for column, value in NO_CLAIM.items():
        setattr(rendering, column, value)


def _try_again(rendering: Rendering, now: datetime) -> None:
    rendering.state = after_rendering(rendering.state, RenderingAction.RETRY)
    rendering.attempts, rendering.ordered_at = 0, now
    _free(rendering)


def _recording(
    rendered: Rendered, manifest: Manifest, now: datetime, rendition_of: RecordingId | None = None
) -> Recording:
    row = Recording.described_by(manifest, now)
    row.rendition_of = rendition_of
    row.loudness_lufs, row.true_peak_dbtp = rendered.loudness_lufs, rendered.true_peak_dbtp
    return row
