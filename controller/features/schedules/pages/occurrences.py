"""Page of one schedule: its sentence, its next dates, moving or cancelling occurrences, and ending it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import Conflict, LoaError, NotAllowed, NotFound
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.schedules import service
from controller.features.schedules.form import read_original, read_wall
from controller.features.schedules.page_queries import schedule_page
from controller.features.schedules.pages.moving import LINE, chosen_meeting, meeting_context
from controller.http.form_fields import AskedId, Done, SentClock, SentDay, SentId
from controller.http.lanes import UrgentRoute
from controller.http.render import page
from controller.model.local_time import ZONE
from schedules.icalendar import from_text
from schedules.recurrence import RuleError, start_of

router = APIRouter()
urgent = APIRouter(route_class=UrgentRoute)
_DONE = {
    "tao": "Đã đặt lịch. Các lần phát trong 14 ngày tới đã có trong lịch tuần.",
    "cho": "Đã ghi lịch. Loa chỉ phát khi bản tin được duyệt.",
    "sua": "Đã đổi lịch. Các lần phát còn lại theo lịch mới.",
    "het": "Đã kết thúc lịch. Các lần phát còn lại đã hủy.",
    "doi": "Đã dời lần phát. Loa nhận giờ mới trong vài giây.",
    "huy": "Đã hủy lần phát. Các lần khác vẫn phát theo lịch.",
}


@router.get("/lich/{schedule_id}")
def show(visit: SignedVisit, schedule_id: str, xong: Done = "") -> Response:
    """Show one schedule: its sentence, its next dates, its changes, and its past airings."""
    context = schedule_page(visit, schedule_id)
    done = "cho" if xong == "tao" and not context["is_heard"] else xong
    return page(visit.request, "lich_mot.html", context | {"done": _DONE.get(done, "")})


@urgent.get("/lich/{schedule_id}/ket-thuc")
def ask_to_end(visit: SignedVisit, schedule_id: str) -> Response:
    """Ask for confirmation before the schedule ends."""
    context = schedule_page(visit, schedule_id)
    if not context["may_stop"]:
        return RedirectResponse(f"/lich/{schedule_id}", 303)
    return page(visit.request, "lich_ket_thuc.html", context)


@urgent.post("/lich/{schedule_id}/ket-thuc")
def end(visit: SignedVisit, schedule_id: str, ly_do: Annotated[str, Form(max_length=300)] = "") -> Response:
    """End it; its remaining airings are cancelled."""
    service.end_schedule(visit, schedule_id, **visit.stamp, reason=ly_do)
    return RedirectResponse(f"/lich/{schedule_id}?xong=het", 303)


# --- one occurrence


@router.get("/lich/{schedule_id}/lan")
def one_occurrence(visit: SignedVisit, schedule_id: str, luc: AskedId = "") -> Response:
    """Show one occurrence with the possible actions."""
    return _occurrence_page(visit, schedule_id, read_original(luc))


def _occurrence_page(
    visit: Visit,
    schedule_id: str,
    original_at: datetime,
    *,
    typed: Mapping[str, str] | None = None,
    error: LoaError | None = None,
) -> Response:
    context = schedule_page(visit, schedule_id)
    try:
        starts_at = start_of(from_text(context["schedule"].rule), original_at)
    except RuleError:
        raise Conflict(service.CANCELLED, code="schedule.no-occurrence") from None
    local = starts_at.astimezone(ZONE)
    context |= {
        "starts_at": starts_at,
        "original_at": original_at,
        "luc": original_at.isoformat(),
        "form": typed or {"ngay": f"{local:%Y-%m-%d}", "gio": f"{local:%H:%M}", "trung": ""},
    }
    return page(visit.request, "lich_lan.html", context | meeting_context(error), error=error)


@router.post("/lich/{schedule_id}/lan/doi")
def move(
    visit: SignedVisit,
    *,
    schedule_id: str,
    luc: SentId = "",
    ngay: SentDay = "",
    gio: SentClock = "",
    trung: Annotated[str, Form(max_length=20)] = "",
    ve: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Move it; conflicts are shown first, and the person chooses what to do. `ve`: back to the day's line."""
    original_at = read_original(luc)
    try:
        to = read_wall(ngay, gio)
        meeting = chosen_meeting(trung)
        service.move_occurrence(visit, schedule_id, original_at, to=to, **visit.stamp, meeting=meeting)
    except (NotAllowed, NotFound):
        raise
    except LoaError as error:
        typed = {"ngay": ngay, "gio": gio, "trung": trung}
        return _occurrence_page(visit, schedule_id, original_at, typed=typed, error=error)
    if ve == LINE:
        return RedirectResponse(f"/loa-xa?ngay={to.astimezone(ZONE):%Y-%m-%d}&xong=doi", 303)
    return RedirectResponse(f"/lich/{schedule_id}?xong=doi", 303)


@urgent.post("/lich/{schedule_id}/lan/huy")
def cancel(
    visit: SignedVisit, schedule_id: str, luc: SentId = "", ly_do: Annotated[str, Form(max_length=300)] = ""
) -> Response:
    """Cancel one occurrence of the schedule."""
    original_at = read_original(luc)
    service.cancel_occurrence(visit, schedule_id, original_at, **visit.stamp, reason=ly_do)
    return RedirectResponse(f"/lich/{schedule_id}?xong=huy", 303)


router.routes.extend(urgent.routes)
