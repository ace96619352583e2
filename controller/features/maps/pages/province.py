"""Bản đồ: the province with each commune coloured by its state, and the same data as a table.

Drawn from outlines if the province imported some, else as a sketch from the communes' centres.
"""

from fastapi import APIRouter
from starlette.responses import Response

from controller.features.accounts.dependencies import SignedVisit
from controller.features.accounts.live_pages import LivePage
from controller.features.maps.province_page import province_page
from controller.http.form_fields import AskedId

router = APIRouter()
PAGE = LivePage("ban_do.html", {"ban-do": "ban_do/hinh.html", "bang-dia-ban": "ban_do/bang.html"})


@router.get("/ban-do")
def show(visit: SignedVisit) -> Response:
    """Show the province; the URL of its stream includes the identifier of the page's drawing."""
    return PAGE.show(visit, lambda session: province_page(session, visit))


@router.get("/song/ban-do")
def follow(visit: SignedVisit, hinh: AskedId = "") -> Response:
    """Stream updates while the current drawing is the same as the page's."""
    return PAGE.follow(visit, lambda session: province_page(session, visit, hinh))
