"""Bản tin: the list, and one bulletin with its words, its audio, its airings and what may be done with it."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.accounts.live_pages import LivePage
from controller.features.bulletins.queries import visible_wording
from controller.features.bulletins.renderings import retry_rendering
from controller.features.bulletins.revisions import bulletins_found
from controller.features.bulletins.service import clone_bulletin, recall_bulletin, submit_bulletin
from controller.features.editorial.page_queries import bulletin_page, buttons
from controller.features.withdrawals.service import withdraw_bulletin
from controller.http.render import page
from controller.model.bulletin_states import (
    BulletinAction,
    BulletinState,
)
from controller.model.bulletins import USUAL_HIGHEST_GRADE
from controller.model.permissions import Act
from devices.ids import Grade

router = APIRouter()
PAGE = LivePage(
    "ban_tin.html",
    {
        "tinh-trang": "ban_tin/tinh_trang.html",
        "loi-doc": "ban_tin/loi_doc.html",
        "lan-phat": "ban_tin/lan_phat.html",
    },
)
_DONE = {
    "gui": "Đã gửi duyệt. Loa chỉ phát khi bản tin được duyệt và đã đặt giờ phát.",
    "nhap": "Đã lưu bản nháp. Nghe thử ở dưới, rồi gửi duyệt.",
    "chu-de": "Đã lưu chủ đề.",
    "duyet": "Đã duyệt bản tin.",
    "tra": "Đã trả lại bản tin cho người soạn.",
    "lay-lai": "Đã lấy lại bản tin. Sửa xong hãy gửi duyệt lại.",
    "ghi-am": "Đã nhận tệp ghi âm. Hãy nghe lại, rồi gửi duyệt.",
    "van-ban": "Đã lưu thông tin văn bản.",
    "rut": "Đã rút bản tin; các lượt phát còn lại đã dừng.",
}


def done_sentence(key: str) -> str:
    """Return what was just done, in words; nothing for a made-up key."""
    return _DONE.get(key, "")


@router.get("/ban-tin")
def index(
    request: Request,
    station: TheStation,
    viewer: Signed,
    *,
    tim: Annotated[str, Query(max_length=200)] = "",
    loai: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """List the bulletins, last changed first: all, those of a state, or those with the words looked for."""
    states = [BulletinState(loai)] if loai in set(BulletinState) else []
    rows = bulletins_found(station.store, viewer.scope, tim, states)
    return page(request, "ban_tin_ds.html", {"rows": rows, "tim": tim, "loai": loai})


@router.get("/ban-tin/{bulletin_id}")
def show(
    request: Request,
    station: TheStation,
    viewer: Signed,
    bulletin_id: str,
    xong: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show one bulletin."""
    return PAGE.show(
        request,
        viewer,
        lambda unit: bulletin_page(unit, station, viewer, bulletin_id),
        done=done_sentence(xong),
    )


@router.get("/song/ban-tin/{bulletin_id}")
def follow(request: Request, station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Keep it alive."""
    return PAGE.follow(request, viewer, lambda unit: bulletin_page(unit, station, viewer, bulletin_id))


@router.post("/ban-tin/{bulletin_id}/gui")
def submit(
    station: TheStation,
    viewer: Signed,
    bulletin_id: str,
    khan_cap: Annotated[str, Form(max_length=1)] = "",
) -> Response:
    """Hand a draft in; `khan_cap`: to be approved for emergencies, too."""
    submit_bulletin(
        station.store,
        bulletin_id,
        by=viewer.operator,
        now=station.now(),
        speech=station.speech,
        highest_grade=Grade.EMERGENCY if khan_cap else USUAL_HIGHEST_GRADE,
    )
    station.wake()
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong=gui", 303)


@router.post("/ban-tin/{bulletin_id}/lay-lai")
def recall(station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Take it back before anybody has judged it."""
    bulletin, revision = visible_wording(station.store, viewer.scope, bulletin_id)
    if viewer.may(Act.WRITE) and BulletinAction.RECALL not in buttons(viewer, bulletin, revision):
        return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)
    recall_bulletin(station.store, bulletin_id, by=viewer.operator, now=station.now())
    station.wake()
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong=lay-lai", 303)


@router.post("/ban-tin/{bulletin_id}/ban-sao")
def clone(station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Begin a new draft with its words."""
    copied = clone_bulletin(station.store, bulletin_id, by=viewer.operator, now=station.now())
    return RedirectResponse(f"/ban-tin/{copied.id}/sua", 303)


@router.post("/ban-tin/{bulletin_id}/dung-lai")
def render_again(station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Have the audio made once more after it failed."""
    retry_rendering(station.store, bulletin_id, by=viewer.operator, now=station.now())
    station.wake()
    return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)


@router.get("/ban-tin/{bulletin_id}/rut")
def ask_to_withdraw(request: Request, station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Ask once more before it is taken off the air."""
    context = bulletin_page(station.store, station, viewer, bulletin_id)
    if BulletinAction.WITHDRAW not in context["buttons"]:
        return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)
    return page(request, "rut_ban_tin.html", context)


@router.post("/ban-tin/{bulletin_id}/rut")
def withdraw(
    station: TheStation, viewer: Signed, bulletin_id: str, ly_do: Annotated[str, Form(max_length=300)] = ""
) -> Response:
    """Take it off the air."""
    withdraw_bulletin(station.store, bulletin_id, by=viewer.operator, now=station.now(), reason=ly_do)
    station.wake()
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong=rut", 303)
