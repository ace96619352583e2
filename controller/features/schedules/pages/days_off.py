"""Ngày nghỉ: public holidays and the province's own days off, which schedules can skip."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError
from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.accounts.page_permissions import need
from controller.features.accounts.viewer import Viewer
from controller.features.schedules import operations
from controller.features.schedules.days_off import FIRST_YEAR, LAST_YEAR
from controller.features.schedules.page_queries import days_off_of, top_code
from controller.http.render import page
from controller.http.station import Station
from controller.http.time_fields import read_day
from controller.model.local_time import ZONE
from controller.model.permissions import Act

router = APIRouter(prefix="/ngay-nghi")


@router.get("")
def show(
    request: Request,
    station: TheStation,
    viewer: Signed,
    nam: Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR)] = None,
) -> Response:
    """Show a year's days off."""
    return _page(request, station, viewer, nam or station.now().astimezone(ZONE).year)


@router.post("")
def add(
    request: Request,
    station: TheStation,
    viewer: Signed,
    *,
    ngay: Annotated[str, Form(max_length=20)] = "",
    ten: Annotated[str, Form(max_length=300)] = "",
    nghi: Annotated[str, Form(max_length=10)] = "co",
) -> Response:
    """Add a day to the province's list; airings of that day are updated."""
    need(viewer, Act.RULE, top_code(station))
    day = None
    try:
        day = _day(ngay)
        operations.set_day_off(station, viewer, day, name=ten, off=nghi == "co")
    except LoaError as error:
        year = day.year if day and FIRST_YEAR <= day.year <= LAST_YEAR else station.now().year
        return _page(request, station, viewer, year, error=error)
    return RedirectResponse(f"/ngay-nghi?nam={day.year}", 303)


@router.post("/{day}/bo")
def remove(station: TheStation, viewer: Signed, day: date) -> Response:
    """Remove a day from the list; the public holidays apply to it again."""
    need(viewer, Act.RULE, top_code(station))
    operations.remove_day_off(station, viewer, day)
    return RedirectResponse(f"/ngay-nghi?nam={day.year}", 303)


def _page(
    request: Request, station: Station, viewer: Viewer, year: int, error: LoaError | None = None
) -> Response:
    context = days_off_of(station, viewer, year)
    context |= {"years": (FIRST_YEAR, LAST_YEAR)}
    return page(request, "ngay_nghi.html", context, error=error)


def _day(text: str) -> date:
    try:
        return read_day(text)
    except ValueError:
        raise BadInput("Hãy ghi ngày, như 24/12/2026.", code="day-off.name") from None
