"""Loa xã tôi: the day of one commune as a line of 24 hours; a week and a month of such lines."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import Response

from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.live_pages import LivePage
from controller.features.areas.queries import KnownArea
from controller.features.schedules.calendar import monday_of
from controller.features.schedules.line_queries import ShownSpan, lines_shown
from controller.features.schedules.pages.calendar import day_of
from controller.http.form_fields import Done
from controller.model.local_time import ZONE
from devices.ids import AreaCode

router = APIRouter()
PAGE = LivePage("loa_xa.html", {"duong": "lich/duong_xa.html"})
_DAY, _WEEK, _MONTH = "ngay", "tuan", "thang"
_DONE = {"doi": "Đã dời giờ phát. Loa nhận giờ mới trong vài giây."}
Asked = Annotated[str, Query(max_length=10)]
Commune = Annotated[str, Query(max_length=64)]


@router.get("/loa-xa")
def show(
    visit: SignedVisit, *, ngay: Asked = "", xem: Asked = "", xa: Commune = "", xong: Done = ""
) -> Response:
    """Show a day, a week or a month of a commune; without a choice, today of the person's own."""
    scope, area = visit.scope, _area(visit, xa)
    asked = _asked(visit, ngay, xem)
    choices = _choices(visit)

    def place(day: str, span: str = asked.kind) -> str:
        return _place(day, span, area if choices else "")

    return PAGE.show(
        visit,
        lambda session: lines_shown(session, visit, area, asked),
        place=place(asked.first.isoformat()),
        address=place,
        choices=choices,
        is_own=scope.is_of_commune() and area == scope.home,
        first=asked.first,
        last=asked.first + timedelta(days=asked.days - 1),
        before=(asked.first - timedelta(days=1)).isoformat(),
        after=(asked.first + timedelta(days=asked.days)).isoformat(),
        done=_DONE.get(xong, ""),
    )


@router.get("/song/loa-xa")
def follow(visit: SignedVisit, *, ngay: Asked = "", xem: Asked = "", xa: Commune = "") -> Response:
    """Stream its changes."""
    area = _area(visit, xa)
    asked = _asked(visit, ngay, xem)
    return PAGE.follow(visit, lambda session: lines_shown(session, visit, area, asked))


def _area(visit: Visit, xa: str) -> AreaCode:
    scope = visit.scope
    if xa:
        return AreaCode(xa)
    return scope.home if scope.is_of_commune() else scope.communes[0].code


def _choices(visit: Visit) -> Sequence[KnownArea]:
    """Return the areas to choose from; none for a person with one."""
    scope = visit.scope
    if not scope.is_of_commune():
        return scope.communes
    own = scope.by_code[scope.home]
    return () if scope.communes == (own,) else (own, *scope.communes)


def _asked(visit: Visit, ngay: str, xem: str) -> ShownSpan:
    day = day_of(ngay) if ngay else visit.now().astimezone(ZONE).date()
    if xem == _WEEK:
        return ShownSpan(_WEEK, monday_of(day), 7)
    if xem == _MONTH:
        return ShownSpan(_MONTH, day.replace(day=1), monthrange(day.year, day.month)[1])
    return ShownSpan(_DAY, day, 1)


def _place(day: str, span: str, area: str) -> str:
    asked = {"ngay": day, "xem": "" if span == _DAY else span, "xa": area}
    kept = {name: value for name, value in asked.items() if value}
    return f"/loa-xa?{urlencode(kept)}" if kept else "/loa-xa"
