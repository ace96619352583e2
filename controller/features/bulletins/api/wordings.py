"""The wordings of a bulletin by JSON: revised, recalled, cloned, compared."""

from typing import Annotated

from fastapi import Query

from controller.features.accounts.dependencies import SignedVisit
from controller.features.bulletins import operations
from controller.features.bulletins.corrections import correct_bulletin
from controller.features.bulletins.queries import (
    spoken_with,
    visible_bulletin,
    visible_wording,
    wordings_of,
)
from controller.features.bulletins.schemas import (
    BulletinShown,
    Correct,
    DifferencesShown,
    Revise,
    RevisionShown,
    StretchShown,
    own_words_shown,
)
from controller.features.bulletins.service import clone_bulletin, recall_bulletin
from controller.features.bulletins.word_diff import differences
from controller.features.lexicon.queries import words_for
from controller.features.reading.child_reader import read_apart
from controller.features.reading.schemas import ReadingShown, WordingRead
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.bulletin_states import BulletinId
from controller.model.wording import words_with

router = json_router(prefix="/bulletins/{bulletin_id}", tags=["bulletins"])
_READS = refusals(401, 404, 422)
_CHANGES = refusals(401, 403, 404, 409, 422)
Number = Annotated[int, Query(ge=1, le=1_000_000)]


@router.get("/revisions", responses=_READS)
def revisions(visit: SignedVisit, bulletin_id: str) -> list[RevisionShown]:
    """Return every wording, the newest first, each with its recording and approval."""
    row = visible_bulletin(visit.store, visit.scope, bulletin_id)
    return wordings_of(visit.store, row.id)


@router.get("/differences", responses=_READS)
def compare(visit: SignedVisit, bulletin_id: str, before: Number, after: Number) -> DifferencesShown:
    """Return what was removed and added between two wordings, word by word."""
    old, new = (visible_wording(visit.store, visit.scope, bulletin_id, one)[1] for one in (before, after))
    return DifferencesShown(
        before=before,
        after=after,
        stretches=[StretchShown.of(one) for one in differences(old.text, new.text)],
        issuer_before=old.issuer,
        issuer_after=new.issuer,
        readings_before=old.readings,
        readings_after=new.readings,
        own_words_before=own_words_shown(old.own_words),
        own_words_after=own_words_shown(new.own_words),
        pace_before=old.pace,
        pace_after=new.pace,
        reading_register_before=old.register,
        reading_register_after=new.register,
        engine_before=old.engine,
        engine_after=new.engine,
        voice_before=old.voice,
        voice_after=new.voice,
        alert_before=old.alert,
        alert_after=new.alert,
    )


@router.get("/reading", responses=_READS)
def reading(visit: SignedVisit, bulletin_id: str) -> WordingRead:
    """Return how the newest wording is read out: what was repaired, and what a person should listen to."""
    row, wording = visible_wording(visit.store, visit.scope, bulletin_id)
    words = words_with(words_for(visit.store, row.area), wording.own_words)
    region = visit.station.settings.region
    register = spoken_with(visit.store, row, wording, visit.station.speech).register
    found = [read_apart(one, words, region, register) for one in (row.title, wording.text)]
    shown_title, shown_text = (ReadingShown.of(one) for one in found)
    return WordingRead(title=shown_title, text=shown_text)


@router.post("/revise", responses=_CHANGES)
def revise(visit: SignedVisit, bulletin_id: str, asked: Revise) -> BulletinShown:
    """Give a draft, or a returned bulletin, another wording; earlier ones stay unchanged."""
    return operations.revise(visit, bulletin_id, asked)


@router.post("/correct", responses=_CHANGES)
def correct(visit: SignedVisit, bulletin_id: str, asked: Correct) -> RevisionShown:
    """Mend a few letters, and no figure, of what waits for approval, as an approver; its author is told."""
    correct_bulletin(visit, bulletin_id, **asked.model_dump(), **visit.stamp, speech=visit.station.speech)
    return wordings_of(visit.store, BulletinId(bulletin_id))[0]


@router.post("/recall", responses=_CHANGES)
def recall(visit: SignedVisit, bulletin_id: str) -> BulletinShown:
    """Take a submitted bulletin back into a draft; only its author may."""
    row = recall_bulletin(visit, bulletin_id, **visit.stamp)
    return BulletinShown.of(row)


@router.post("/clone", status_code=201, responses=_CHANGES)
def clone(visit: SignedVisit, bulletin_id: str) -> BulletinShown:
    """Begin a new draft with the newest wording; approval, airings and legal act are not copied."""
    row = clone_bulletin(visit, bulletin_id, **visit.stamp)
    return BulletinShown.of(row)
