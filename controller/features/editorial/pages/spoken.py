"""Lời loa sẽ đọc: what is typed as it will be said, heard by sentences, and a spot read otherwise."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, Response

from controller.errors import BadInput, LoaError
from controller.features.accounts.dependencies import SignedVisit
from controller.features.editorial.broadcast_form import Typed
from controller.features.editorial.further_teaching import TaughtFor, reaches, teach_further
from controller.features.editorial.spoken_form import SpotAsked, choices_at, spoken_form
from controller.features.speech.queries import check_offered, speech_in, voice_of_key
from controller.http.form_fields import SentLine
from controller.http.refusals import status_of
from controller.http.render import fragment, piece
from controller.model.base import ID_LENGTH
from controller.model.permissions import Act
from controller.model.speech import speech_of
from controller.model.wording import LONGEST_ENGINE, LONGEST_VOICE, Manner, ReadingPace, clean_words
from devices.ids import AreaCode

router = APIRouter(prefix="/soan")
_MOST_LETTERS = 1_000_000
Bulletin = Annotated[str, Query(max_length=ID_LENGTH)]
Place = Annotated[int, Query(ge=0, le=_MOST_LETTERS)]
_NOT_KEPT = {"Cache-Control": "no-store"}


@router.post("/loi-nghe")
def preview(
    visit: SignedVisit, form: Annotated[Typed, Form()], *, ban: Bulletin = "", ca_hai_loi: bool = False
) -> Response:
    """Return what is typed as it will be said, some times a minute; nothing of it is kept.

    Its sentences are spoken when there is time, so that they can be heard at once. `ban`: whose form it is.
    `ca_hai_loi`: with its length in the other register, which a person is about to choose.
    """
    visit.viewer.need(Act.WRITE)
    visit.tries.previews(visit.by.id)
    found = spoken_form(visit, form, ban, compares_registers=ca_hai_loi)
    visit.station.speak_ahead(visit.by.id, [one.spoken for one in found.sentences], found.speech)
    reply = piece(visit.request, "soan/loi_nghe.html", {"spoken": found})
    reply.headers.update(_NOT_KEPT)
    return reply


@router.post("/doan.mp3")
def hear(
    visit: SignedVisit,
    *,
    cau: Annotated[str, Form(max_length=2000)],
    doan: Annotated[int, Form()] = 0,
    toc_do: Annotated[ReadingPace, Form()] = ReadingPace.USUAL,
    giong: Annotated[str, Form(max_length=LONGEST_ENGINE + LONGEST_VOICE + 1)] = "",
    xa: Annotated[str, Query(max_length=ID_LENGTH)] = "",
) -> Response:
    """Speak one phrase of a sentence that the preview gave: one at a time a person, some a minute.

    `xa`: the area that the preview told; where nothing is chosen, it is spoken as there.
    """
    visit.viewer.need(Act.WRITE)
    visit.tries.hears_phrase(visit.by.id)
    engine, voice = voice_of_key(giong)
    check_offered(visit.station.settings, engine, voice)
    chosen = Manner(pace=toc_do, engine=engine, voice=voice)
    usual = speech_in(visit.store, AreaCode(xa or visit.scope.home), visit.station.speech)
    sound = visit.station.sample_phrase(cau, doan, visit.by.id, speech_of(usual, chosen))
    return Response(sound, media_type="audio/mpeg", headers=_NOT_KEPT)


@router.post("/cach-doc")
def choices(
    visit: SignedVisit,
    form: Annotated[Typed, Form()],
    *,
    o: Annotated[str, Query(max_length=20)] = "noi_dung",
    tu: Place = 0,
    den: Place = 0,
    chu: Annotated[str, Query(max_length=80)] = "",
    ban: Bulletin = "",
) -> Response:
    """Return the readings that a spot can have: letters `tu` to `den` of field `o`, or `chu` in there."""
    visit.viewer.need(Act.WRITE)
    visit.tries.previews(visit.by.id)
    try:
        found = choices_at(visit, form, SpotAsked(o, tu, den, chu), ban)
    except BadInput as error:
        return _refused(error)
    context = {"choices": found, "reaches": reaches(visit)}
    return HTMLResponse(fragment("soan/cach_doc.html", context), headers=_NOT_KEPT)


@router.post("/cach-doc/dung")
def use(
    visit: SignedVisit,
    chu: SentLine,
    doc_la: Annotated[str, Form(max_length=500)] = "",
    pham_vi: SentLine = TaughtFor.BULLETIN,
) -> Response:
    """Check a reading that somebody chose or typed for this bulletin; the form keeps it, and sends it.

    `pham_vi`: further it is taught where the person may, else proposed.
    """
    visit.viewer.need(Act.WRITE)
    try:
        ((written, spoken),) = clean_words([(chu, doc_la)])
        done = teach_further(visit, written, spoken, pham_vi)
    except LoaError as error:
        return _refused(error)
    context = {"written": written, "spoken": spoken, "done": done}
    return HTMLResponse(fragment("soan/da_dung.html", context), headers=_NOT_KEPT)


def _refused(error: LoaError) -> Response:
    told = fragment("soan/khong_duoc.html", {"sentence": error.sentence})
    return HTMLResponse(told, HTTPStatus(status_of(error)), headers=_NOT_KEPT)
