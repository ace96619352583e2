"""Voices, and how the bulletins of areas are spoken, by JSON."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.speech.queries import area_speeches, offered_voices
from controller.features.speech.schemas import AreaSpeechAsked, AreaSpeechShown, VoiceOffered
from controller.features.speech.service import remove_area_speech, set_area_speech
from controller.http.json_router import json_router
from controller.http.refusals import refusals

router = json_router(prefix="/speech", tags=["speech"])


@router.get("/voices", responses=refusals(401))
def voices(visit: SignedVisit) -> list[VoiceOffered]:
    """Return the voices that bulletins may be spoken with here."""
    return [VoiceOffered.of(one) for one in offered_voices(visit.station.settings)]


@router.get("/areas", responses=refusals(401))
def index(visit: SignedVisit) -> list[AreaSpeechShown]:
    """Return what the person's area, and those above and below, have of their own."""
    return area_speeches(visit.store, visit.scope.hears)


@router.post("/areas", status_code=201, responses=refusals(401, 403, 404, 422))
def choose(visit: SignedVisit, asked: AreaSpeechAsked) -> AreaSpeechShown:
    """Say how the bulletins of an area are spoken from now on; recordings stay as they are."""
    row = set_area_speech(visit, asked, visit.station.settings, **visit.stamp)
    return area_speeches(visit.store, [row.area])[0]


@router.delete("/areas/{area}", status_code=204, responses=refusals(401, 403, 404))
def remove(visit: SignedVisit, area: str) -> None:
    """Have the bulletins of an area spoken as those above it again."""
    remove_area_speech(visit, area, **visit.stamp)
