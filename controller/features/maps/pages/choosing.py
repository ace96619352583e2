"""The map inside a form: communes are chosen on it; the list of boxes beside it is what is sent."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from controller.features.accounts.dependencies import SignedVisit
from controller.features.maps.province_page import choice_map
from controller.http.render import fragment

router = APIRouter()


@router.get("/ban-do/chon")
def choose(visit: SignedVisit) -> HTMLResponse:
    """Return the drawing to choose on; a script puts it into the form when somebody asks for it."""
    return HTMLResponse(fragment("ban_do/chon.html", choice_map(visit.store, visit.scope)))
