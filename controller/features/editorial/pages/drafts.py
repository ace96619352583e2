"""What is being typed is kept every few seconds, and given back when the form is opened again."""

from typing import Annotated

from fastapi import APIRouter, Form, Path
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from controller.features.accounts.dependencies import Signed, SignedVisit, TheStation
from controller.features.accounts.upload_forms import SentForm, Writer
from controller.features.bulletins.programme_form import kept_fields
from controller.features.drafts.queries import NEW, NEW_PROGRAMME
from controller.features.drafts.service import drop_draft, keep_draft
from controller.features.editorial.broadcast_form import READINGS_OFFERED, Typed
from controller.http.words import milliseconds
from controller.model.permissions import Act
from tts.estimate import estimated_ms

router = APIRouter()
Place = Annotated[str, Path(max_length=64)]


@router.post("/nhap/{place}")
def keep(visit: SignedVisit, place: Place, form: Annotated[Typed, Form()]) -> Response:
    """Keep what is typed, as a draft of whoever opened the page and of nobody else."""
    visit.viewer.need(Act.WRITE)
    visit.viewer.need_own(form.cua)
    typed = form.model_dump(exclude={"viec", "cua", "chu_truoc", "giu_nguyen"})
    keep_draft(visit.store, place, typed, **visit.stamp)
    return Response(status_code=204)


@router.post("/do-dai")
def length(_station: TheStation, viewer: Signed, form: Annotated[Typed, Form()]) -> PlainTextResponse:
    """Return how long what is typed will sound, in words; nothing of it is kept."""
    viewer.need(Act.WRITE)
    readings = int(form.so_lan) if form.so_lan in READINGS_OFFERED else 1
    rate = form.pace.factor
    sounding = estimated_ms(form.tieu_de, form.noi_dung, issuer=form.ben_bao, readings=readings, rate=rate)
    return PlainTextResponse(milliseconds(sounding) if sounding else "")


@router.post("/nhap/{place}/chuong-trinh")
def keep_programme(visit: Writer, place: Place, sent: SentForm) -> Response:
    """Keep what is typed of a programme, its items in their order."""
    visit.viewer.need_own(sent.first("cua"))
    keep_draft(visit.store, place, kept_fields(sent.fields), **visit.stamp)
    return Response(status_code=204)


@router.post("/nhap/{place}/bo")
def drop(visit: SignedVisit, place: Place) -> Response:
    """Forget what was typed, and begin anew."""
    visit.viewer.need(Act.WRITE)
    drop_draft(visit.store, visit.by.id, place)
    forms = {NEW: "/tao-ban-tin", NEW_PROGRAMME: "/chuong-trinh/tao"}
    return RedirectResponse(forms.get(place, f"/ban-tin/{place}/sua"), 303)
