"""Lịch phát: the week, one crowded day, and the list of schedules; docs/officer.md says how it is used."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import NotFound
from controller.features.accounts.live_pages import LivePage
from controller.features.accounts.viewer import Signed, TheStation, Viewer
from controller.features.airings.precedence import collisions_for
from controller.features.bulletins.page_queries import states_of, titles_of
from controller.features.schedules.calendar import WEEK, CalendarDay, days_shown, monday_of
from controller.features.schedules.calendar_conflicts import MOST
from controller.features.schedules.queries import (
    next_occurrences,
    own_days,
    schedules_for,
    targets_of_schedules,
)
from controller.features.schedules.sentences import rule_sentence
from controller.http.render import page
from controller.http.station import Station
from controller.http.time_fields import read_day
from controller.model.local_time import ZONE
from controller.model.schedule_states import ScheduleState
from controller.store import Session
from schedules.icalendar import from_text
from schedules.recurrence import FIRST_YEAR, LAST_YEAR

router = APIRouter()
_MOST = 200
_MOST_A_DAY = 500
PAGE = LivePage("lich.html", {"trung-gio": "lich/trung_gio.html", "tuan": "lich/tuan.html"})
_DONE = {
    "doi": "Đã dời giờ phát. Loa nhận giờ mới trong vài giây.",
    "huy": "Đã hủy lần phát. Các lần khác vẫn phát theo lịch.",
    "thu-tu": "Đã xếp thứ tự: bản tin kia phát ngay sau, chỉ ở xã bạn.",
}

Commune = Annotated[str, Query(max_length=64)]


def _day_of(text: str) -> date:
    try:
        day = read_day(text)
    except ValueError:
        raise NotFound("Không có ngày này trong lịch.") from None
    if not FIRST_YEAR < day.year < LAST_YEAR:
        raise NotFound("Không có ngày này trong lịch.")
    return day


def _week(session: Session, station: Station, viewer: Viewer, first: date, xa: str) -> Mapping[str, Any]:
    days = days_shown(session, viewer, first, station.now(), commune=xa)
    return {"days": days, "xa": xa, **_meetings(session, station, viewer, days)}


def _meetings(
    session: Session, station: Station, viewer: Viewer, days: Sequence[CalendarDay]
) -> dict[str, Any]:
    """Return the conflicts of these days, and the pairs for which this person may choose the order."""
    met = [one for day in days for one in day.meetings]
    found = collisions_for(session, viewer.scope.tree, viewer.operator, station.now()) if met else []
    orderable = {frozenset((pair.one.airing, pair.other.airing)) for pair in found}
    return {
        "meetings": [
            (one, frozenset((one.first.airing, one.yields.airing)) in orderable) for one in met[:MOST]
        ],
        "meetings_in_all": len(met),
    }


@router.get("/lich")
def now(
    request: Request,
    station: TheStation,
    viewer: Signed,
    *,
    ngay: Annotated[str, Query(max_length=10)] = "",
    xa: Commune = "",
    xong: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show this week, or redirect to the week of a requested day."""
    if ngay:
        query = f"?{urlencode({'xa': xa})}" if xa else ""
        return RedirectResponse(f"/lich/tuan/{monday_of(_day_of(ngay)).isoformat()}{query}", 303)
    return _show(request, station, viewer, monday_of(station.now().astimezone(ZONE).date()), xa=xa, done=xong)


@router.get("/lich/tuan/{first}")
def week(
    request: Request,
    station: TheStation,
    viewer: Signed,
    *,
    first: str,
    xa: Commune = "",
    xong: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show the week of a day."""
    return _show(request, station, viewer, monday_of(_day_of(first)), xa=xa, done=xong)


@router.get("/song/lich/tuan/{first}")
def follow(request: Request, station: TheStation, viewer: Signed, first: str, xa: Commune = "") -> Response:
    """Stream updates of a week."""
    monday = monday_of(_day_of(first))
    return PAGE.follow(request, viewer, lambda session: _week(session, station, viewer, monday, xa))


def _show(
    request: Request, station: Station, viewer: Viewer, monday: date, *, xa: str, done: str
) -> Response:
    query = f"?{urlencode({'xa': xa})}" if xa else ""
    return PAGE.show(
        request,
        viewer,
        lambda session: _week(session, station, viewer, monday, xa),
        place=f"/lich/tuan/{monday.isoformat()}{query}",
        monday=monday,
        sunday=monday + WEEK - WEEK / 7,
        before=(monday - WEEK).isoformat(),
        after=(monday + WEEK).isoformat(),
        query=query,
        done=_DONE.get(done, ""),
    )


@router.get("/lich/ngay/{day}")
def one_day(request: Request, station: TheStation, viewer: Signed, day: str, xa: Commune = "") -> Response:
    """Show everything that is aired on one day."""
    wanted = _day_of(day)
    with station.store.read() as session:
        (found,) = days_shown(
            session, viewer, wanted, station.now(), days=1, commune=xa, shown_a_day=_MOST_A_DAY
        )
        met = _meetings(session, station, viewer, [found])
    return page(request, "lich_ngay.html", {"day": found, "monday": monday_of(wanted), **met})


@router.get("/lich/danh-sach")
def index(
    request: Request, station: TheStation, viewer: Signed, xong: Annotated[str, Query(max_length=2)] = ""
) -> Response:
    """List the schedules: running ones first, each with a sentence and its next start."""
    with station.store.read() as session:
        running = schedules_for(session, viewer.scope.hears, limit=_MOST, state=ScheduleState.RUNNING)
        ended = schedules_for(session, viewer.scope.hears, limit=_MOST, state=ScheduleState.ENDED)
        rows = [*running, *ended]
        titles = titles_of(session, {row.bulletin for row in rows})
        states = states_of(session, {row.bulletin for row in rows})
        targets = targets_of_schedules(session, [row.id for row in rows])
        own = own_days(session)
        lines = [
            {
                "schedule": row,
                "title": titles[row.bulletin],
                "state": states[row.bulletin],
                "where": viewer.scope.where(targets[row.id]),
                "sentence": rule_sentence(from_text(row.rule), row.skips),
                "next": _next(row, own, station.now()) if row.state is ScheduleState.RUNNING else None,
            }
            for row in rows
        ]
    done = f"Đã đặt {xong} lịch, mỗi giờ một lịch." if xong.isdigit() else ""
    context = {"running": lines[: len(running)], "ended": lines[len(running) :], "done": done}
    return page(request, "lich_ds.html", context)


def _next(row: Any, own: Any, now: datetime) -> datetime | None:
    return next((one.starts_at for one in next_occurrences(row, own, now)), None)
