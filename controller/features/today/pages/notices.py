"""Thông báo: what the station told a person by itself, and Đã biết, by which it leaves the page Hôm nay."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.features.accounts.dependencies import SignedVisit
from controller.features.notices.service import read_notice
from controller.features.today.notices import MOST_KEPT, notices_kept, place_of
from controller.http.render import page
from controller.model.notices import NoticeId

router = APIRouter(prefix="/thong-bao")
_BACK = {"thong-bao": "/thong-bao"}


@router.get("")
def show(visit: SignedVisit) -> Response:
    """Show the person's notices, those that are known too."""
    notices = notices_kept(visit.store, visit.by)
    return page(visit.request, "thong_bao.html", {"notices": notices, "is_cut": len(notices) >= MOST_KEPT})


@router.get("/{notice_id}")
def open_one(visit: SignedVisit, notice_id: str) -> Response:
    """Go to the page that shows what a notice asks: where a phone's message leads."""
    return RedirectResponse(place_of(visit.store, visit.by, NoticeId(notice_id)), 303)


@router.post("/{notice_id}/da-biet")
def known(visit: SignedVisit, notice_id: str, ve: Annotated[str, Form(max_length=20)] = "") -> Response:
    """Note that the person knows it; `ve` says from which page."""
    read_notice(visit.store, NoticeId(notice_id), **visit.stamp)
    if ve == "viec":
        return RedirectResponse(place_of(visit.store, visit.by, NoticeId(notice_id)), 303)
    return RedirectResponse(_BACK.get(ve, "/"), 303)
