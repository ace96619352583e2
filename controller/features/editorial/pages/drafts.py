"""What is being typed is kept every few seconds, and given back when the form is opened again."""

from typing import Annotated

from fastapi import APIRouter, Form, Path
from starlette.responses import RedirectResponse, Response

from controller.features.accounts.dependencies import SignedVisit
from controller.features.accounts.upload_forms import SentForm, Writer
from controller.features.bulletins.programme_form import kept_fields
from controller.features.drafts.queries import NEW, NEW_PROGRAMME
from controller.features.drafts.service import drop_draft, keep_draft
from controller.features.editorial.broadcast_form import Typed
from controller.model.permissions import Act

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
