"""Chờ duyệt: the queue, and one bulletin read, listened to, and approved with the password or returned."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from controller.errors import LoaError, NotAllowed
from controller.features.accounts.dependencies import FormTouch, SignedVisit, Visit
from controller.features.accounts.live_pages import LivePage
from controller.features.accounts.viewer import Viewer
from controller.features.approvals.queries import approval_page, next_to_approve, queue_page
from controller.features.bulletins import operations
from controller.features.bulletins.comments import comment_on_sentence
from controller.features.bulletins.corrections import correct_bulletin
from controller.features.bulletins.hearing import hearing_of
from controller.features.bulletins.listening_proof import NOT_LISTENED
from controller.features.bulletins.pages.recordings import LONGEST_SPANS, WHOLE, spans_of
from controller.features.bulletins.service import return_bulletin
from controller.features.drafts.service import LARGEST
from controller.features.editorial.pages.bulletins import done_sentence
from controller.http.form_fields import Done, SentId, SentPassword, SentReason
from controller.http.render import fragment
from controller.model.bulletins import USUAL_HIGHEST_GRADE
from controller.model.permissions import Act
from devices.ids import Grade

router = APIRouter()
QUEUE = LivePage("duyet.html", {"hang-cho": "duyet/hang_cho.html"})
PAGE = LivePage(
    "duyet_mot.html",
    {"tinh-trang": "ban_tin/tinh_trang.html", "nghe": "duyet/nghe.html"},
)
_REASONS = (
    "Sai hoặc thiếu căn cứ pháp lý.",
    "Số liệu, ngày tháng chưa đúng.",
    "Câu chữ khó nghe khi đọc lên loa.",
    "Nội dung không thuộc phạm vi phát thanh.",
)


def _allowed(viewer: Viewer) -> None:
    if not viewer.may(Act.APPROVE):
        raise NotAllowed("Chỉ cán bộ duyệt mới xem được hàng chờ duyệt.")


@router.get("/duyet")
def index(visit: SignedVisit, xong: Done = "") -> Response:
    """Show what waits for approval."""
    _allowed(visit.viewer)
    return QUEUE.show(
        visit, lambda unit: queue_page(unit, visit.viewer, visit.now()), done=done_sentence(xong)
    )


@router.get("/song/duyet")
def follow_queue(visit: SignedVisit) -> Response:
    """Stream changes of the queue."""
    _allowed(visit.viewer)
    return QUEUE.follow(visit, lambda unit: queue_page(unit, visit.viewer, visit.now()))


@router.get("/duyet/{bulletin_id}")
def show(visit: SignedVisit, bulletin_id: str, xong: Done = "") -> Response:
    """Show one bulletin to its approver; `xong`: what was just done with the one before it."""
    _allowed(visit.viewer)
    return _page(visit, bulletin_id, done=done_sentence(xong))


@router.get("/song/duyet/{bulletin_id}")
def follow(visit: SignedVisit, bulletin_id: str) -> Response:
    """Stream its changes: the audio appears as soon as it is made."""
    _allowed(visit.viewer)
    return PAGE.follow(visit, lambda unit: approval_page(unit, visit, bulletin_id))


@router.post("/duyet/{bulletin_id}/duyet")
def approve(
    visit: SignedVisit,
    *,
    bulletin_id: str,
    phien_ban: Annotated[int, Form()],
    tep: SentId = "",
    mat_khau: SentPassword = "",
    muc: Annotated[Grade, Form()] = USUAL_HIGHEST_GRADE,
    da_phat: Annotated[str, Form(max_length=LONGEST_SPANS)] = "",
    da_nghe: Annotated[str, Form(max_length=1)] = "",
    touch: FormTouch,
) -> Response:
    """Approve the wording and the recording that the page showed, by password or by one of one's devices.

    `da_phat`: what the page's player played; kept even when the approval is refused. `da_nghe`: what a person
    without script says instead.
    """
    shown: dict[str, Any] = {"revision": phien_ban, "recording": tep, "highest_grade": muc}
    if touch.asks:
        operations.note_heard(visit, tep, spans_of(da_phat))
        asked = operations.ask_approval(visit, visit.tries, bulletin_id, kid=touch.kid, **shown)
        return JSONResponse(asked.model_dump(mode="json"))
    try:
        heard = operations.note_heard(visit, tep, WHOLE if da_nghe else spans_of(da_phat))
        shown["password"] = touch.or_password(visit, mat_khau)
        shown["declared"] = bool(da_nghe) and heard.is_whole
        operations.approve(visit, visit.tries, bulletin_id, **shown)
    except LoaError as error:
        return _page(visit, bulletin_id, error=error)
    return _on_to_the_next(visit, bulletin_id, "duyet")


@router.post("/duyet/{bulletin_id}/gop-y")
def comment(
    visit: SignedVisit,
    *,
    bulletin_id: str,
    phien_ban: Annotated[int, Form()],
    cau: Annotated[int, Form()],
    gop_y: SentReason = "",
) -> Response:
    """Keep what the approver says about one sentence, for its author."""
    asked: dict[str, Any] = {"revision": phien_ban, "sentence": cau, "text": gop_y}
    try:
        comment_on_sentence(visit, bulletin_id, **asked, **visit.stamp)
    except LoaError as error:
        return _page(visit, bulletin_id, error=error, comment=asked)
    return RedirectResponse(f"/duyet/{bulletin_id}?xong=gop-y#gop-y", 303)


@router.post("/duyet/{bulletin_id}/sua-chu")
def correct(
    visit: SignedVisit,
    *,
    bulletin_id: str,
    phien_ban: Annotated[int, Form()],
    noi_dung: Annotated[str, Form(max_length=LARGEST)] = "",
) -> Response:
    """Mend letters of the words; the page then waits for their sound, of which only the change is new."""
    asked: dict[str, Any] = {"revision": phien_ban, "text": noi_dung}
    try:
        correct_bulletin(visit, bulletin_id, **asked, **visit.stamp, speech=visit.station.speech)
    except LoaError as error:
        return _page(visit, bulletin_id, error=error, mended=noi_dung)
    return RedirectResponse(f"/duyet/{bulletin_id}?xong=sua-chu", 303)


@router.post("/duyet/{bulletin_id}/da-nghe")
def played(
    visit: SignedVisit,
    bulletin_id: str,
    tep: SentId = "",
    da_phat: Annotated[str, Form(max_length=LONGEST_SPANS)] = "",
) -> HTMLResponse:
    """Record what the page's player played; return what is heard, and what is still to be heard."""
    _allowed(visit.viewer)
    operations.note_heard(visit, tep, spans_of(da_phat))
    found = hearing_of(visit.store, visit, bulletin_id)
    return HTMLResponse(fragment("duyet/da_nghe.html", {"hearing": found}))


@router.post("/duyet/{bulletin_id}/tra-lai")
def give_back(
    visit: SignedVisit, *, bulletin_id: str, ly_do: SentReason = "", mau: SentReason = ""
) -> Response:
    """Return it to its author with a reason."""
    try:
        reason = " ".join(part for part in (mau.strip(), ly_do.strip()) if part)
        return_bulletin(visit.store, bulletin_id, reason=reason, by=visit.by, now=visit.now())
    except LoaError as error:
        return _page(visit, bulletin_id, error=error)
    visit.wake()
    return _on_to_the_next(visit, bulletin_id, "tra")


def _on_to_the_next(visit: Visit, bulletin_id: str, done: str) -> Response:
    """Lead to what waits next, or to the empty queue: an approver with ten bulletins opens the list once."""
    following = next_to_approve(visit.store, visit.viewer, bulletin_id)
    return RedirectResponse(f"/duyet/{following}?xong={done}" if following else f"/duyet?xong={done}", 303)


def _page(
    visit: Visit,
    bulletin_id: str,
    *,
    error: LoaError | None = None,
    done: str = "",
    comment: Mapping[str, Any] | None = None,
    mended: str | None = None,
) -> Response:
    return PAGE.show(
        visit,
        lambda unit: approval_page(unit, visit, bulletin_id),
        place=f"/duyet/{bulletin_id}",
        error=error,
        is_unheard=error is not None and error.code == NOT_LISTENED,
        sample_reasons=_REASONS,
        typed_comment=comment,
        mended=mended,
        done=done,
    )
