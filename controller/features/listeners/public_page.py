"""Pages for everybody: emergencies stand in front, and a shared cache may hold a page for seconds."""

from collections.abc import Mapping
from typing import Any, Final, cast

from starlette.requests import Request
from starlette.responses import HTMLResponse

from controller.errors import LoaError
from controller.features.listeners.emergencies import EmergencyBoard
from controller.http.render import page
from controller.http.station import Station
from devices.ids import AreaCode

_SHARED: Final = "public, max-age=0, s-maxage=5, must-revalidate"
"""A proxy asks once in 5 s whoever comes; a browser always asks. So nobody reads an older emergency."""


def board_of(request: Request) -> EmergencyBoard:
    """Return the emergencies of the site that received the request."""
    return cast("EmergencyBoard", request.app.state.emergency_board)


def public_page(
    request: Request,
    station: Station,
    template: str,
    context: Mapping[str, Any],
    *,
    area: AreaCode | None,
    is_shared: bool = False,
    error: LoaError | None = None,
    status: int = 200,
) -> HTMLResponse:
    """Return a page about an area (None: about all of them) with the emergencies there.

    `is_shared`: it is the same for everybody, so that a cache may give it to others.
    """
    board, now = board_of(request), station.now()
    found = board.all(station.store, now) if area is None else board.around(station.store, area, now)
    shown = {"emergencies": found, "alarm_area": area} | dict(context)
    if is_shared:
        shown["viewer"] = None
    response = page(request, template, shown, error=error, status=status)
    if is_shared:
        response.headers["Cache-Control"] = _SHARED
    return response
