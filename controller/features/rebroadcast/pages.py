"""Phát lại: an airing once more for single loudspeakers that missed it, chosen by name."""

from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.viewer import Viewer
from controller.features.airings.page_queries import visible_airing
from controller.features.airings.target_selection import MOST_CHOSEN, OVER, air_for_chosen, unheard
from controller.features.airings.views import AiringView
from controller.features.editorial.broadcast_form import Typed
from controller.features.editorial.pages.writing import form_context
from controller.features.fleet.queries import facts_of
from controller.features.fleet.status import status_of
from controller.http.render import page
from controller.model.bulletin_states import BulletinState
from controller.model.permissions import Act
from devices.ids import AiringId

router = APIRouter()


class Chosen(Typed):
    """The new start, and the chosen loudspeakers."""

    loa: list[str] = Field(default_factory=list)


def may_air_again(viewer: Viewer, airing: AiringView) -> bool:
    """Whether an airing is over, and its text may still be heard, and this person may air."""
    return airing.state in OVER and airing.bulletin_state is BulletinState.APPROVED and viewer.may(Act.AIR)


@router.get("/phat/{airing_id}/phat-lai")
def ask(visit: SignedVisit, airing_id: str) -> Response:
    """List who missed it, to be chosen from, and ask when."""
    airing = visible_airing(visit.store, visit.scope, airing_id)
    if not may_air_again(visit.viewer, airing):
        return RedirectResponse(f"/phat/{airing.id}", 303)
    return _page(visit, airing, Chosen(luc="ngay", am_luong=str(airing.volume)))


@router.post("/phat/{airing_id}/phat-lai")
def plan(visit: SignedVisit, airing_id: str, form: Annotated[Chosen, Form()]) -> Response:
    """Plan it again for the chosen loudspeakers."""
    airing = visible_airing(visit.store, visit.scope, airing_id)
    visit.viewer.need(Act.AIR)
    try:
        # where they stand is the areas
        broadcast = form.broadcast_for((), visit.station)
        planned = air_for_chosen(visit, airing.id, form.loa, broadcast, **visit.stamp).id
    except LoaError as error:
        return _page(visit, airing, form, error=error)
    return RedirectResponse(f"/phat/{planned}", 303)


def _page(visit: Visit, airing: AiringView, form: Chosen, *, error: LoaError | None = None) -> Response:
    now = visit.now()
    rows = unheard(visit.store, AiringId(airing.id), visit.scope.seen)
    context = {
        **form_context(visit, form, error),
        "airing": airing,
        "soon": "Ngay bây giờ",
        "rows": [(delivery, node, status_of(facts_of(node), now)) for delivery, node in rows],
        "most": MOST_CHOSEN,
    }
    return page(visit.request, "phat_lai.html", context, error=error)
