"""Lịch phát: the week, one crowded day, and the list of schedules; docs/officer.md says how it is used."""

from datetime import date, time
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import RedirectResponse, Response

from controller.errors import NotFound
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.live_pages import LivePage
from controller.features.schedules import page_queries
from controller.features.schedules.calendar import WEEK, monday_of
from controller.http.form_fields import Done
from controller.http.render import page
from controller.http.time_fields import read_clock, read_day
from controller.model.local_time import ZONE
from schedules.recurrence import FIRST_YEAR, LAST_YEAR

router = APIRouter()
PAGE = LivePage("lich.html", {"trung-gio": "lich/trung_gio.html", "tuan": "lich/tuan.html"})
_DONE = {
    "doi": "Đã dời giờ phát. Loa nhận giờ mới trong vài giây.",
    "huy": "Đã hủy lần phát. Các lần khác vẫn phát theo lịch.",
    "thu-tu": "Đã xếp thứ tự: bản tin kia phát ngay sau, chỉ ở xã bạn.",
}

Commune = Annotated[str, Query(max_length=64)]


def day_of(text: str) -> date:
    """Return a day of an address, or raise NotFound."""
    try:
        day = read_day(text)
    except ValueError:
        raise NotFound("Không có ngày này trong lịch.") from None
    if not FIRST_YEAR < day.year < LAST_YEAR:
        raise NotFound("Không có ngày này trong lịch.")
    return day


def _time_of(text: str) -> time:
    """Return a time of an address, the day's beginning where there is none; or raise NotFound."""
    try:
        return read_clock(text) if text else time()
    except ValueError:
        raise NotFound("Không có giờ này trong ngày.") from None


@router.get("/lich")
def now(
    visit: SignedVisit, *, ngay: Annotated[str, Query(max_length=10)] = "", xa: Commune = "", xong: Done = ""
) -> Response:
    """Show this week, or redirect to the week of a requested day."""
    if ngay:
        query = f"?{urlencode({'xa': xa})}" if xa else ""
        return RedirectResponse(f"/lich/tuan/{monday_of(day_of(ngay)).isoformat()}{query}", 303)
    return _show(visit, monday_of(visit.now().astimezone(ZONE).date()), xa=xa, done=xong)


@router.get("/lich/tuan/{first}")
def week(visit: SignedVisit, *, first: str, xa: Commune = "", xong: Done = "") -> Response:
    """Show the week of a day."""
    return _show(visit, monday_of(day_of(first)), xa=xa, done=xong)


@router.get("/song/lich/tuan/{first}")
def follow(visit: SignedVisit, first: str, xa: Commune = "") -> Response:
    """Stream updates of a week."""
    monday = monday_of(day_of(first))
    return PAGE.follow(visit, lambda session: page_queries.week(session, visit, monday, xa))


def _show(visit: Visit, monday: date, *, xa: str, done: str) -> Response:
    query = f"?{urlencode({'xa': xa})}" if xa else ""
    return PAGE.show(
        visit,
        lambda session: page_queries.week(session, visit, monday, xa),
        place=f"/lich/tuan/{monday.isoformat()}{query}",
        monday=monday,
        sunday=monday + WEEK - WEEK / 7,
        before=(monday - WEEK).isoformat(),
        after=(monday + WEEK).isoformat(),
        query=query,
        done=_DONE.get(done, ""),
    )


@router.get("/lich/ngay/{day}")
def one_day(
    visit: SignedVisit, *, day: str, xa: Commune = "", tu: Annotated[str, Query(max_length=8)] = ""
) -> Response:
    """Show what is aired on one day, from a time on."""
    wanted = day_of(day)
    context = page_queries.day(visit, wanted, xa, _time_of(tu))
    return page(visit.request, "lich_ngay.html", context | {"monday": monday_of(wanted)})


@router.get("/lich/danh-sach")
def index(visit: SignedVisit, xong: Annotated[str, Query(max_length=2)] = "") -> Response:
    """List the schedules: running ones first, each with a sentence and its next start."""
    done = f"Đã đặt {xong} lịch, mỗi giờ một lịch." if xong.isdigit() else ""
    return page(visit.request, "lich_ds.html", page_queries.schedule_list(visit) | {"done": done})
