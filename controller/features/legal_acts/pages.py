"""Văn bản pháp luật: which legal act a bulletin tells of, named or mended whatever state that is in."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import SignedVisit
from controller.features.bulletins.legal_form import ACT_KINDS, ActTyped, typed_act
from controller.features.bulletins.queries import reference_given, visible_bulletin, visible_wording
from controller.features.imports.legal_references import reference_of
from controller.features.legal_acts.service import name_reference
from controller.http.render import page
from controller.model.bulletins import Bulletin
from controller.model.permissions import Act

router = APIRouter()


@router.get("/ban-tin/{bulletin_id}/van-ban")
def ask(visit: SignedVisit, bulletin_id: str) -> Response:
    """Show the act that is named; where none is, what the head of the text proposes."""
    bulletin, wording = visible_wording(visit.store, visit.scope, bulletin_id)
    given = reference_given(visit.store, bulletin.id)
    if not visit.scope.may(visit.by, Act.WRITE, [bulletin.area]):
        return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)
    shown = given or reference_of(f"{bulletin.title}\n{wording.text}")
    form = ActTyped(**typed_act(shown))
    return _page(visit.request, bulletin, form, is_proposed=given is None and form.has_act)


@router.post("/ban-tin/{bulletin_id}/van-ban")
def name(visit: SignedVisit, bulletin_id: str, form: Annotated[ActTyped, Form()]) -> Response:
    """Name the act; what was planned beyond its end is cancelled."""
    bulletin = visible_bulletin(visit.store, visit.scope, bulletin_id)
    visit.viewer.need(Act.WRITE, bulletin.area)
    try:
        act, by = form.reference(), visit.by
        name_reference(visit, bulletin.id, act, by=by, now=visit.now())
    except LoaError as error:
        return _page(visit.request, bulletin, form, error=error)
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong=van-ban", 303)


def _page(
    request: Request,
    bulletin: Bulletin,
    form: ActTyped,
    *,
    error: LoaError | None = None,
    is_proposed: bool = False,
) -> Response:
    context = {
        "bulletin": bulletin,
        "form": form.model_copy(update={"van_ban": "1"}),
        "opened": True,
        "act_kinds": ACT_KINDS,
        "is_proposed": is_proposed,
    }
    return page(request, "van_ban.html", context, error=error)
