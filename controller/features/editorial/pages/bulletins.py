"""Bản tin: the list, and one bulletin with its words, its audio, its airings and what may be done with it."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from starlette.responses import JSONResponse, RedirectResponse, Response

from controller.errors import Conflict, NotAllowed, NotFound
from controller.features.accounts.dependencies import FormTouch, SignedVisit
from controller.features.accounts.live_pages import LivePage
from controller.features.bulletins import operations
from controller.features.bulletins.queries import visible_wording
from controller.features.bulletins.renderings import retry_rendering
from controller.features.bulletins.revisions import bulletins_found
from controller.features.bulletins.service import clone_bulletin, recall_bulletin, submit_bulletin
from controller.features.editorial.page_queries import bulletin_page, buttons, tried_out
from controller.features.withdrawals.service import withdraw_bulletin
from controller.http.form_fields import AskedWord, Done, SentId, SentPassword
from controller.http.render import page
from controller.model.bulletin_states import BulletinAction, BulletinState
from controller.model.bulletins import USUAL_HIGHEST_GRADE
from controller.model.permissions import Act
from devices.ids import Grade

router = APIRouter()
PAGE = LivePage(
    "ban_tin.html",
    {
        "tinh-trang": "ban_tin/tinh_trang.html",
        "ky-soan": "ban_tin/ky_soan.html",
        "loi-doc": "ban_tin/loi_doc.html",
        "lan-phat": "ban_tin/lan_phat.html",
    },
)
_DONE = {
    "gui": "Đã gửi duyệt. Loa chỉ phát khi bản tin được duyệt và đã đặt giờ phát.",
    "ky": "Đã ký. Cán bộ duyệt duyệt được rồi.",
    "nhap": "Đã lưu bản nháp. Nghe thử ở dưới, rồi gửi duyệt.",
    "chu-de": "Đã lưu chủ đề.",
    "duyet": "Đã duyệt bản tin.",
    "sua-chu": "Đã sửa lỗi gõ. Nghe chỗ đã sửa khi âm thanh dựng xong, rồi duyệt.",
    "gop-y": "Đã ghi góp ý. Trả lại bản tin thì người soạn thấy góp ý ngay bên câu.",
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
    visit: SignedVisit, *, tim: Annotated[str, Query(max_length=200)] = "", loai: AskedWord = ""
) -> Response:
    """List the bulletins, last changed first: all, those of a state, or those with the words looked for."""
    states = [BulletinState(loai)] if loai in set(BulletinState) else []
    rows = bulletins_found(visit.store, visit.scope, tim, states)
    return page(visit.request, "ban_tin_ds.html", {"rows": rows, "tim": tim, "loai": loai})


@router.get("/ban-tin/{bulletin_id}")
def show(visit: SignedVisit, bulletin_id: str, xong: Done = "") -> Response:
    """Show one bulletin."""
    return PAGE.show(visit, lambda unit: bulletin_page(unit, visit, bulletin_id), done=done_sentence(xong))


@router.get("/song/ban-tin/{bulletin_id}")
def follow(visit: SignedVisit, bulletin_id: str) -> Response:
    """Stream its changes."""
    return PAGE.follow(visit, lambda unit: bulletin_page(unit, visit, bulletin_id))


@router.post("/ban-tin/{bulletin_id}/gui")
def submit(
    visit: SignedVisit, bulletin_id: str, khan_cap: Annotated[str, Form(max_length=1)] = ""
) -> Response:
    """Hand a draft in; `khan_cap`: to be approved for emergencies, too."""
    submit_bulletin(
        visit,
        bulletin_id,
        **visit.stamp,
        speech=visit.station.speech,
        highest_grade=Grade.EMERGENCY if khan_cap else USUAL_HIGHEST_GRADE,
    )
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong=gui", 303)


@router.post("/ban-tin/{bulletin_id}/ky")
def sign(
    visit: SignedVisit,
    *,
    bulletin_id: str,
    phien_ban: Annotated[int, Form()] = 0,
    tep: SentId = "",
    mat_khau: SentPassword = "",
    touch: FormTouch,
) -> Response:
    """Sign one's own bulletin once its recording is made, by password or by one of one's devices."""
    shown: dict[str, Any] = {"revision": phien_ban, "recording": tep}
    if touch.asks:
        asked = operations.ask_author(visit, visit.tries, bulletin_id, kid=touch.kid, **shown)
        return JSONResponse(asked.model_dump(mode="json"))
    try:
        shown["password"] = touch.or_password(visit, mat_khau)
        operations.sign_as_author(visit, visit.tries, bulletin_id, **shown)
    except (Conflict, NotAllowed) as error:
        return PAGE.show(
            visit,
            lambda unit: bulletin_page(unit, visit, bulletin_id),
            place=f"/ban-tin/{bulletin_id}",
            error=error,
            done="",
        )
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong=ky", 303)


@router.post("/ban-tin/{bulletin_id}/lay-lai")
def recall(visit: SignedVisit, bulletin_id: str) -> Response:
    """Take it back before anybody has judged it."""
    bulletin, revision = visible_wording(visit.store, visit.scope, bulletin_id)
    if visit.viewer.may(Act.WRITE) and BulletinAction.RECALL not in buttons(visit.viewer, bulletin, revision):
        return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)
    recall_bulletin(visit, bulletin_id, **visit.stamp)
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong=lay-lai", 303)


@router.post("/ban-tin/{bulletin_id}/ban-sao")
def clone(visit: SignedVisit, bulletin_id: str) -> Response:
    """Begin a new draft with its words."""
    copied = clone_bulletin(visit.store, bulletin_id, **visit.stamp)
    return RedirectResponse(f"/ban-tin/{copied.id}/sua", 303)


@router.post("/ban-tin/{bulletin_id}/dung-lai")
def render_again(visit: SignedVisit, bulletin_id: str) -> Response:
    """Have the audio made once more after it failed."""
    retry_rendering(visit, bulletin_id, **visit.stamp)
    return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)


@router.get("/ban-tin/{bulletin_id}/rut")
def ask_to_withdraw(visit: SignedVisit, bulletin_id: str) -> Response:
    """Ask once more before it is taken off the air."""
    context = bulletin_page(visit.store, visit, bulletin_id)
    if BulletinAction.WITHDRAW not in context["buttons"]:
        return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)
    return page(visit.request, "rut_ban_tin.html", context)


@router.post("/ban-tin/{bulletin_id}/rut")
def withdraw(
    visit: SignedVisit, bulletin_id: str, ly_do: Annotated[str, Form(max_length=300)] = ""
) -> Response:
    """Take it off the air."""
    withdraw_bulletin(visit, bulletin_id, **visit.stamp, reason=ly_do)
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong=rut", 303)


@router.get("/ban-tin/{bulletin_id}/doc-thu.mp3")
def hear(visit: SignedVisit, bulletin_id: str, cau: Annotated[int, Query(ge=0, le=1000)] = 0) -> Response:
    """Speak one sentence of the newest wording as its recording will: one at a time, some a minute.

    The recordings of bulletins go first: a sample that would have to wait is refused (503).
    """
    found, area, speech = tried_out(visit, bulletin_id)
    if cau >= len(found):
        raise NotFound("Không có câu này.", code="bulletin.no-sentence")
    visit.tries.listens(visit.by.id)
    headers = {"Cache-Control": "private, max-age=600"}  # the address names the revision
    sound = visit.station.sample(found[cau], area, speech)
    return Response(sound, media_type="audio/mpeg", headers=headers)
