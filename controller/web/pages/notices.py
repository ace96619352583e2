"""Đã biết: a person has seen what the station told by itself; it leaves the page Hôm nay."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from controller.notices.tables import NoticeId
from controller.notices.usecases import read_notice
from controller.web.viewer import Signed, TheStation

router = APIRouter(prefix="/thong-bao")


@router.post("/{notice_id}/da-biet")
def known(station: TheStation, viewer: Signed, notice_id: str) -> Response:
    """Note that the person knows it."""
    with station.store.write() as session:
        read_notice(session, NoticeId(notice_id), by=viewer.operator, now=station.now())
    return RedirectResponse("/", 303)
