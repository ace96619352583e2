"""From a text to a planned airing, by JSON; and how a text that nobody kept yet will be said."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.airings.request_parsing import request_of
from controller.features.airings.schemas import Aired, AirOnTopic
from controller.features.editorial.broadcast_form import Typed
from controller.features.editorial.operations import WrittenBulletin, hand_in
from controller.features.editorial.own_words import as_lines
from controller.features.editorial.schemas import (
    ChoicesShown,
    ReadAsked,
    SpokenPartShown,
    SpokenSentenceShown,
    SpokenShown,
    SpotAskedOf,
    SpotShown,
)
from controller.features.editorial.spoken_form import SpokenPart, SpotAsked, choices_at, spoken_form
from controller.features.speech.queries import voice_key
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.permissions import Act

router = json_router(tags=["airings"])
_PARTS = {"ben_bao": "issuer", "tieu_de": "title", "noi_dung": "text"}


@router.post("/air", status_code=201, responses=refusals(401, 403, 409, 422))
def air(visit: SignedVisit, asked: AirOnTopic) -> Aired:
    """Write, submit and plan a text in one transaction: all of it, or nothing."""
    broadcast = request_of(asked, visit.now())
    manner = asked.manner
    written = WrittenBulletin(asked.title, asked.text, asked.topic or "", manner=manner)
    bulletin, airing = hand_in(visit, written, broadcast)
    return Aired(bulletin=bulletin, airing=airing)


@router.post("/readings", responses=refusals(401, 403, 404, 422))
def read_aloud(visit: SignedVisit, asked: ReadAsked) -> SpokenShown:
    """Return how a text will be said, in sentences, and how long; nothing of it is kept. 120 a minute."""
    visit.viewer.need(Act.WRITE)
    visit.tries.previews(visit.by.id)
    found = spoken_form(visit, _typed(asked), asked.bulletin, compares_registers=True)
    parts = [
        SpokenPartShown(part=_PARTS[one.field], written=one.written, sentences=_sentences(one))
        for one in found.parts
    ]
    return SpokenShown.of(found, parts=parts, warnings=list(found.warnings), otherwise=dict(found.otherwise))


@router.post("/readings/choices", responses=refusals(401, 403, 404, 422))
def read_otherwise(visit: SignedVisit, asked: SpotAskedOf) -> ChoicesShown:
    """Return the readings that a spot of the text can have; a chosen one is sent along as an own word."""
    visit.viewer.need(Act.WRITE)
    visit.tries.previews(visit.by.id)
    spot = SpotAsked("noi_dung", asked.start, asked.end, asked.word)
    found = choices_at(visit, _typed(asked), spot, asked.bulletin)
    return ChoicesShown.of(found, spoken=list(found.spoken))


def _typed(asked: ReadAsked) -> Typed:
    own = as_lines(asked.manner.words)
    return Typed(
        tieu_de=asked.title,
        noi_dung=asked.text,
        ben_bao=asked.issuer,
        so_lan=str(asked.readings),
        toc_do=asked.pace,
        giong=voice_key(asked.engine, asked.voice),
        loi_doc=asked.reading_register or "",
        bao_dong="1" if asked.alert else "",
        doc_rieng=own,
    )


def _sentences(part: SpokenPart) -> list[SpokenSentenceShown]:
    return [
        SpokenSentenceShown.of(one, spots=[SpotShown.of(spot) for spot in one.stretches if spot.spoken])
        for one in part.sentences
    ]
