"""Giọng đọc của địa bàn: how the bulletins of an area are spoken where nobody chose otherwise."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.speech.queries import area_speeches, offered_voices, voice_of_key, voice_title
from controller.features.speech.schemas import AreaSpeechAsked
from controller.features.speech.service import MAY_SET, remove_area_speech, set_area_speech
from controller.http.form_fields import SentId
from controller.http.render import page
from controller.model.wording import REGISTERS, ReadingPace, Rests
from devices.ids import AreaCode

router = APIRouter(prefix="/giong-doc")


class SpeechTyped(BaseModel):
    """What the form holds; nothing is refused before it can be shown again."""

    dia_ban: str = ""
    giong: str = ""
    toc_do: str = ""
    loi_doc: str = ""
    nghi: str = ""

    def asked(self) -> AreaSpeechAsked:
        """Return what it means; what is none of the choices is nothing chosen."""
        engine, voice = voice_of_key(self.giong)
        return AreaSpeechAsked.model_construct(
            area=self.dia_ban,
            engine=engine,
            voice=voice,
            pace=ReadingPace(self.toc_do) if self.toc_do in set(ReadingPace) else None,
            reading_register=next((one for one in REGISTERS if one == self.loi_doc), None),
            rests=Rests(self.nghi) if self.nghi in set(Rests) else None,
        )


@router.get("")
def show(visit: SignedVisit) -> Response:
    """Show which areas are spoken otherwise, and the form of one."""
    return _page(visit, SpeechTyped(dia_ban=visit.scope.home))


@router.post("")
def keep(visit: SignedVisit, form: Annotated[SpeechTyped, Form()]) -> Response:
    """Say how the bulletins of an area are spoken from now on."""
    try:
        set_area_speech(visit, form.asked(), visit.station.settings, **visit.stamp)
    except LoaError as error:
        return _page(visit, form, error=error)
    return RedirectResponse("/giong-doc", 303)


@router.post("/bo")
def remove(visit: SignedVisit, dia_ban: SentId = "") -> Response:
    """Have an area spoken as those above it again."""
    try:
        remove_area_speech(visit, dia_ban, **visit.stamp)
    except LoaError as error:
        return _page(visit, SpeechTyped(dia_ban=visit.scope.home), error=error)
    return RedirectResponse("/giong-doc", 303)


def _page(visit: Visit, form: SpeechTyped, *, error: LoaError | None = None) -> Response:
    settings, scope = visit.station.settings, visit.scope
    found = area_speeches(visit.store, scope.hears)
    context: dict[str, Any] = {
        "found": [
            (one, voice_title(settings, one.engine, one.voice) if one.engine else "", _may(visit, one.area))
            for one in found
        ],
        "voices": offered_voices(settings),
        "form": form,
        "usual": visit.station.speech,
        "usual_voice": voice_title(settings, visit.station.speech.engine, visit.station.speech.voice),
        "areas": [area for area in scope.by_code.values() if _may(visit, area.code)],
    }
    return page(visit.request, "giong_doc.html", context, error=error)


def _may(visit: Visit, area: str) -> bool:
    return visit.scope.may(visit.by, MAY_SET, [AreaCode(area)])
