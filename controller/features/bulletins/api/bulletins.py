"""Bulletins by JSON: drafted, submitted, approved, returned, withdrawn."""

from typing import Annotated

from fastapi import Body, Query

from controller.features.accounts.dependencies import InPersonVisit, SignedVisit, Visit
from controller.features.accounts.passkey_schemas import TouchAsked
from controller.features.accounts.touches import proof_of
from controller.features.bulletins import operations
from controller.features.bulletins.hearing import hearing_of
from controller.features.bulletins.hearing_views import HearingShown
from controller.features.bulletins.page_queries import SpokenRevision, visible_bulletins, visible_speech
from controller.features.bulletins.renderings import retry_rendering
from controller.features.bulletins.schemas import (
    Approve,
    AskApproval,
    AskAuthor,
    AuthorSigned,
    BulletinShown,
    BulletinWhole,
    DraftOnTopic,
    RenderingShown,
    Submit,
    own_words_shown,
)
from controller.features.bulletins.service import draft_bulletin, return_bulletin, submit_bulletin
from controller.features.speech.queries import check_offered
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.schemas import Reason
from controller.model.bulletin_states import BulletinState
from devices.ids import AreaCode
from tts.orders import Progress

router = json_router(prefix="/bulletins", tags=["bulletins"])
_CHANGES = refusals(401, 403, 404, 409, 422)


@router.get("", responses=refusals(401))
def index(visit: SignedVisit, state: Annotated[BulletinState | None, Query()] = None) -> list[BulletinShown]:
    """Return the bulletins that the person may see, last changed first; at most 100."""
    rows = visible_bulletins(visit.store, visit.scope, None if state is None else [state])
    return [BulletinShown.of(row) for row, _ in rows]


@router.post("", status_code=201, responses=refusals(401, 403, 409, 422))
def draft(visit: SignedVisit, asked: DraftOnTopic) -> BulletinWhole:
    """Write a new bulletin; it is a draft until it is submitted."""
    check_offered(visit.station.settings, asked.engine, asked.voice)
    row = draft_bulletin(
        visit.store,
        title=asked.title,
        text=asked.text,
        area=None if asked.area is None else AreaCode(asked.area),
        **visit.stamp,
        manner=asked.manner,
        topic=asked.topic,
    )
    return bulletin_whole(visit, row.id)


@router.get("/{bulletin_id}", responses=refusals(401, 404))
def one(visit: SignedVisit, bulletin_id: str) -> BulletinWhole:
    """Return one bulletin with its newest wording, and how far its recording is."""
    return bulletin_whole(visit, bulletin_id)


@router.post("/{bulletin_id}/submit", responses=_CHANGES)
def submit(
    visit: SignedVisit, bulletin_id: str, asked: Annotated[Submit | None, Body()] = None
) -> BulletinWhole:
    """Hand a draft in; its recording is made at once, so that the approver can listen."""
    submit_bulletin(
        visit,
        bulletin_id,
        **visit.stamp,
        speech=visit.station.speech,
        highest_grade=None if asked is None else asked.highest_grade,
    )
    return bulletin_whole(visit, bulletin_id)


@router.get("/{bulletin_id}/hearing", responses=refusals(401, 404))
def hearing(visit: SignedVisit, bulletin_id: str) -> HearingShown:
    """Return which sentences of the recording the person must hear to approve it, and which they heard."""
    return HearingShown.of_hearing(hearing_of(visit.store, visit, bulletin_id))


@router.post("/{bulletin_id}/approve", responses=_CHANGES)
def approve(visit: SignedVisit, bulletin_id: str, asked: Approve) -> BulletinWhole:
    """Approve exactly this wording and this recording, by the password or by one of one's devices."""
    operations.approve(
        visit,
        visit.tries,
        bulletin_id,
        revision=asked.revision,
        recording=asked.recording,
        password=proof_of(visit, asked),
        declared=asked.declared,
        highest_grade=asked.highest_grade,
    )
    return bulletin_whole(visit, bulletin_id)


@router.post("/{bulletin_id}/approve/passkey", responses=_CHANGES)
def ask_approval(visit: InPersonVisit, bulletin_id: str, asked: AskApproval) -> TouchAsked:
    """Return what one's device is to sign to approve exactly this; nothing is changed."""
    return operations.ask_approval(
        visit,
        visit.tries,
        bulletin_id,
        kid=asked.kid,
        revision=asked.revision,
        recording=asked.recording,
        declared=asked.declared,
        highest_grade=asked.highest_grade,
    )


@router.post("/{bulletin_id}/author", responses=_CHANGES)
def sign_as_author(visit: SignedVisit, bulletin_id: str, asked: AuthorSigned) -> BulletinWhole:
    """Sign one's own bulletin once its recording is made, where the province asks for it."""
    operations.sign_as_author(
        visit,
        visit.tries,
        bulletin_id,
        revision=asked.revision,
        recording=asked.recording,
        password=proof_of(visit, asked),
    )
    return bulletin_whole(visit, bulletin_id)


@router.post("/{bulletin_id}/author/passkey", responses=_CHANGES)
def ask_author(visit: InPersonVisit, bulletin_id: str, asked: AskAuthor) -> TouchAsked:
    """Return what one's device is to sign as the author of exactly this; nothing is changed."""
    return operations.ask_author(
        visit,
        visit.tries,
        bulletin_id,
        kid=asked.kid,
        revision=asked.revision,
        recording=asked.recording,
    )


@router.post("/{bulletin_id}/render-again", responses=refusals(401, 403, 404, 409))
def render_again(visit: SignedVisit, bulletin_id: str) -> BulletinWhole:
    """Have the recording of the newest wording made once more after that failed."""
    retry_rendering(visit, bulletin_id, **visit.stamp)
    return bulletin_whole(visit, bulletin_id)


@router.post("/{bulletin_id}/return", responses=_CHANGES)
def give_back(visit: SignedVisit, bulletin_id: str, asked: Reason) -> BulletinWhole:
    """Return it to its author; a reason is required."""
    return_bulletin(visit, bulletin_id, reason=asked.reason, **visit.stamp)
    return bulletin_whole(visit, bulletin_id)


def bulletin_whole(visit: Visit, bulletin_id: str) -> BulletinWhole:
    """Return one bulletin with its newest wording, and how far its recording is."""
    row, words = visible_speech(visit.store, visit.scope, bulletin_id)
    progress = visit.station.rendering_progress(words.rendering) if words.rendering else None
    return BulletinWhole.of(
        row,
        text=words.revision.text,
        text_sha256=words.revision.text_sha256,
        issuer=words.revision.issuer,
        readings=words.revision.readings,
        own_words=own_words_shown(words.revision.own_words),
        pace=words.revision.pace,
        reading_register=words.revision.register,
        engine=words.revision.engine,
        voice=words.revision.voice,
        alert=words.revision.alert,
        rendering=_rendering(words, progress),
    )


def _rendering(words: SpokenRevision, progress: Progress | None) -> RenderingShown | None:
    made, recording = words.rendering, words.recording
    if made is None:
        return None
    return RenderingShown.of(
        made,
        stage=progress and progress.stage,
        done=progress and progress.done,
        total=progress and progress.total,
        engine=made.engine_used,
        sentence=made.fault_sentence,
        duration_ms=recording and recording.duration_ms,
        size=recording and recording.size,
        loudness_lufs=recording and recording.loudness_lufs,
        true_peak_dbtp=recording and recording.true_peak_dbtp,
    )
