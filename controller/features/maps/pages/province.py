"""Bản đồ: the province with each commune coloured by its state, or one commune with its loudspeakers.

Drawn from outlines if the province imported some, else as a sketch from the communes' centres. A table or a
list beside it says the same.
"""

from fastapi import APIRouter
from starlette.responses import Response

from controller.features.accounts.dependencies import SignedVisit
from controller.features.accounts.live_pages import LivePage
from controller.features.maps.province_page import MapAsked, province_page
from controller.http.form_fields import AskedId

router = APIRouter()
PAGE = LivePage("ban_do.html", {"ban-do": "ban_do/hinh.html", "bang-dia-ban": "ban_do/bang.html"})


@router.get("/ban-do")
def show(visit: SignedVisit, xa: AskedId = "") -> Response:
    """Show the province, or one commune (`xa`); the stream's URL includes the identifier of the drawing."""
    return PAGE.show(visit, lambda session: province_page(session, visit, MapAsked(xa)))


@router.get("/song/ban-do")
def follow(visit: SignedVisit, xa: AskedId = "", hinh: AskedId = "") -> Response:
    """Stream updates while the current drawing is the same as the page's."""
    return PAGE.follow(visit, lambda session: province_page(session, visit, MapAsked(xa, hinh)))
