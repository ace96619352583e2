"""Trung tâm: documents of the hub to take, and for administrators whom to accept and what was sent."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.hub.queries import documents_shown, hub_shown
from controller.features.hub.schemas import ApproverAsked
from controller.features.hub.service import accept_approver, end_approver, take_document
from controller.http.form_fields import SentId
from controller.http.render import page
from controller.model.permissions import Act

router = APIRouter(prefix="/trung-tam")
Grade = Annotated[str, Form(max_length=20)]
_GRADES = {"routine", "priority"}


@router.get("")
def show(visit: SignedVisit) -> Response:
    """Show the documents for the person's areas; to administrators also the exchange itself."""
    return _page(visit)


@router.post("/nhan/{sha256}")
def take(visit: SignedVisit, sha256: str) -> Response:
    """Make a bulletin of a document, and open it."""
    try:
        taken = take_document(visit, sha256, **visit.stamp)
    except LoaError as error:
        return _page(visit, error=error)
    return RedirectResponse(f"/ban-tin/{taken.bulletin}", 303)


@router.post("/nguoi-duyet")
def accept(visit: SignedVisit, khoa: SentId = "", muc: Grade = "") -> Response:
    """Accept an approver of the hub."""
    try:
        asked = ApproverAsked(kid=khoa, grade=muc if muc in _GRADES else None)
        accept_approver(visit, asked, **visit.stamp)
    except LoaError as error:
        return _page(visit, error=error)
    return RedirectResponse("/trung-tam", 303)


@router.post("/nguoi-duyet/thoi")
def end(visit: SignedVisit, khoa: SentId = "") -> Response:
    """Accept no more of an approver."""
    try:
        end_approver(visit, khoa, **visit.stamp)
    except LoaError as error:
        return _page(visit, error=error)
    return RedirectResponse("/trung-tam", 303)


def _page(visit: Visit, *, error: LoaError | None = None) -> Response:
    is_rule = visit.viewer.may(Act.RULE) and visit.scope.is_whole
    now = visit.now()
    context = {
        "hub": hub_shown(visit.store, visit.station.settings, now) if is_rule else None,
        "documents": documents_shown(visit.store, visit.scope, now),
        "may_take": visit.viewer.may(Act.WRITE),
        "now": now,
    }
    return page(visit.request, "trung_tam.html", context, error=error)
