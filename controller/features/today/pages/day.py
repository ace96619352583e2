"""Hôm nay: what sounds, what comes, what waits for me, and every commune at a glance."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.accounts.live_pages import LivePage
from controller.features.accounts.viewer import Viewer
from controller.features.airings.forecasts import add_forecasts
from controller.features.consent.asked import OpenQuestions, asked_by, asked_of
from controller.features.today.notices import notices_shown
from controller.features.today.queries import today
from controller.http.station import Station
from controller.store import Session

router = APIRouter()
_DONE = {
    "tra-loi": "Đã ghi câu trả lời của xã.",
    "thu-tu": "Đã xếp thứ tự. Bản tin kia phát ngay sau ở xã bạn; nơi khác không đổi.",
}
PAGE = LivePage(
    "hom_nay.html",
    {
        "dang-phat": "hom_nay/dang_phat.html",
        "can-lam": "hom_nay/can_lam.html",
        "chuan-bi": "hom_nay/chuan_bi.html",
        "sap-toi": "hom_nay/sap_toi.html",
        "vua-phat": "hom_nay/vua_phat.html",
        "dia-ban": "hom_nay/dia_ban.html",
    },
)


def _load(session: Session, station: Station, viewer: Viewer, asked: OpenQuestions) -> Mapping[str, Any]:
    found = today(
        session,
        viewer.operator,
        viewer.scope,
        asked,
        progress_of=station.rendering_progress,
        now=station.now(),
    )
    add_forecasts(session, station, viewer.scope, (*found.sounding, *found.upcoming))
    return {"today": found, "notices": notices_shown(session, viewer.operator)}


@router.get("/")
def show(
    request: Request,
    station: TheStation,
    viewer: Signed,
    xong: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show the day."""
    done = _DONE.get(xong, "")
    # what the frame has just looked up for its figure is not looked up again
    asked = asked_by(viewer)
    return PAGE.show(request, viewer, lambda session: _load(session, station, viewer, asked), done=done)


@router.get("/song")
def follow(request: Request, station: TheStation, viewer: Signed) -> Response:
    """Keep it alive."""

    def load(session: Session) -> Mapping[str, Any]:
        asked = asked_of(session, viewer.operator, viewer.scope, station.now())
        return _load(session, station, viewer, asked)

    return PAGE.follow(request, viewer, load)
