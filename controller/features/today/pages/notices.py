"""Thông báo: what the station told a person by itself, and Đã biết, by which it leaves the page Hôm nay."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.notices.service import read_notice
from controller.features.today.notices import MOST_KEPT, notices_kept
from controller.http.render import page
from controller.model.notices import NoticeId

router = APIRouter(prefix="/thong-bao")
_BACK = {"thong-bao": "/thong-bao"}


@router.get("")
def show(request: Request, station: TheStation, viewer: Signed) -> Response:
    """Show the person's notices, those that are known too."""
    notices = notices_kept(station.store, viewer.operator)
    return page(request, "thong_bao.html", {"notices": notices, "is_cut": len(notices) >= MOST_KEPT})


@router.post("/{notice_id}/da-biet")
def known(
    station: TheStation,
    viewer: Signed,
    notice_id: str,
    ve: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Note that the person knows it; `ve` says from which page."""
    read_notice(station.store, NoticeId(notice_id), by=viewer.operator, now=station.now())
    return RedirectResponse(_BACK.get(ve, "/"), 303)
