"""Ngày nghỉ: public holidays and the province's own days off, which schedules can skip."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.schedules.days_off import FIRST_YEAR, LAST_YEAR, remove_day_off, set_day_off
from controller.features.schedules.page_queries import days_off_of, top_code
from controller.http.render import page
from controller.http.time_fields import read_day
from controller.model.local_time import ZONE
from controller.model.permissions import Act

router = APIRouter(prefix="/ngay-nghi")


@router.get("")
def show(
    visit: SignedVisit, nam: Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR)] = None
) -> Response:
    """Show a year's days off."""
    return _page(visit, nam or visit.now().astimezone(ZONE).year)


@router.post("")
def add(
    visit: SignedVisit,
    *,
    ngay: Annotated[str, Form(max_length=20)] = "",
    ten: Annotated[str, Form(max_length=300)] = "",
    nghi: Annotated[str, Form(max_length=10)] = "co",
) -> Response:
    """Add a day to the province's list; airings of that day are updated."""
    visit.viewer.need(Act.RULE, top_code(visit.station))
    day = None
    try:
        day = _day(ngay)
        set_day_off(visit, day, name=ten, off=nghi == "co", **visit.stamp)
    except LoaError as error:
        year = day.year if day and FIRST_YEAR <= day.year <= LAST_YEAR else visit.now().year
        return _page(visit, year, error=error)
    return RedirectResponse(f"/ngay-nghi?nam={day.year}", 303)


@router.post("/{day}/bo")
def remove(visit: SignedVisit, day: date) -> Response:
    """Remove a day from the list; the public holidays apply to it again."""
    visit.viewer.need(Act.RULE, top_code(visit.station))
    remove_day_off(visit, day, **visit.stamp)
    return RedirectResponse(f"/ngay-nghi?nam={day.year}", 303)


def _page(visit: Visit, year: int, error: LoaError | None = None) -> Response:
    context = days_off_of(visit, year)
    context |= {"years": (FIRST_YEAR, LAST_YEAR)}
    return page(visit.request, "ngay_nghi.html", context, error=error)


def _day(text: str) -> date:
    try:
        return read_day(text)
    except ValueError:
        raise BadInput("Hãy ghi ngày, như 24/12/2026.", code="day-off.name") from None
