"""Tạo bản tin: one form from text to a planned airing; what was typed is never lost to an error."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from controller.errors import BadInput, Conflict, LoaError
from controller.features.accounts.dependencies import Signed, SignedVisit, Visit
from controller.features.airings.planning import MeetsOthers, plan_foreseen
from controller.features.area_groups.queries import groups_to_choose
from controller.features.bulletins.legal_form import ACT_KINDS
from controller.features.bulletins.queries import visible_bulletin
from controller.features.bulletins.topics import topics
from controller.features.drafts.queries import NEW, draft_of
from controller.features.drafts.service import send_draft
from controller.features.editorial import operations
from controller.features.editorial.broadcast_form import Typed
from controller.features.editorial.form_summary import end_of_turns, summary_of
from controller.features.editorial.lead_check import too_soon
from controller.features.editorial.page_queries import choices_of_speech
from controller.features.editorial.pasted import PutRight, put_right, shown, taken_back
from controller.features.editorial.repeat_form import KINDS, USUAL_HOURS
from controller.features.editorial.start_form import slots, usual_end
from controller.features.templates.queries import OfferedTemplate, template_to_use, templates_to_use
from controller.http.form_fields import Done
from controller.http.render import fragment, page
from controller.model.base import ID_LENGTH
from controller.model.bulletins import Bulletin
from controller.model.new_ids import new_id
from controller.model.permissions import Act
from devices.ids import Grade

router = APIRouter()
_SENT_LATER = frozenset({"gui", "nhap"})
"""Buttons whose form may wait for the network; the others only change what the page shows."""
_TAKEN_OVER = "Đã đưa chữ vào bản đang soạn. Hãy đọc lại, rồi chọn nơi và giờ phát."


def form_page(
    visit: Visit,
    form: Typed,
    *,
    error: LoaError | None = None,
    kept_at: datetime | None = None,
    done: str = "",
    pasted: str = "",
    instead: OfferedTemplate | None = None,
    put_right: PutRight | None = None,
) -> Response:
    """Show the form, with what was typed, what is wrong with it, and when it was kept if it is given back.

    `pasted`: words that were to be taken over and could not be. `instead`: a template that may take the
    place of the words that the person has begun. `put_right`: what was done to the words that were pasted.
    """
    form = form.model_copy(update={"luot": form.luot or new_id(visit.now())})
    context = form_context(visit, form, error) | {"kept_at": kept_at, "draft": NEW}
    context |= {"repeat_kinds": KINDS, "usual_hours": USUAL_HOURS, "last_day": usual_end(visit.now())}
    context |= {"done": done, "pasted": pasted, "instead": instead, "put_right": put_right}
    context["templates"] = templates_to_use(visit.store, visit.scope)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if put_right else HTTPStatus.OK
    return page(visit.request, "tao_ban_tin.html", context, error=error, status=status)


def form_context(visit: Visit, form: Typed, error: LoaError | None) -> dict[str, Any]:
    """Return what the parts of a form ask for that say where, when and how."""
    return {
        "form": form,
        "topics": topics(visit.store),
        "groups": groups_to_choose(visit.store, visit.scope),
        "topic": form.chu_de,
        "is_read": True,
        **choices_of_speech(visit.store, visit.station, visit.scope.home),
        "meets": isinstance(error, MeetsOthers),
        "clear_at": error.facts.get("clear_at") if error else None,
        "slots": slots(visit.now()),
        "grades": [grade for grade in Grade if grade is not Grade.EMERGENCY],
        "act_kinds": ACT_KINDS,
        "opened": False,
        "soon": "",
        "in_time_at": "/tao-ban-tin/kip-gio",
    }


@router.get("/tao-ban-tin")
def ask(
    visit: SignedVisit, xong: Done = "", mau: Annotated[str, Query(max_length=ID_LENGTH)] = ""
) -> Response:
    """Show the form, empty or with what the person was typing; `xong`: what was just put into it.

    `mau`: the template to begin with. Words that the person has begun stay until they say otherwise.
    """
    visit.viewer.need(Act.WRITE)
    kept = draft_of(visit.store, visit.by.id, NEW)
    chosen = template_to_use(visit.store, visit.scope, mau) if mau else None
    form = Typed() if kept is None else Typed.model_validate(kept.fields)
    if chosen is not None and not (form.tieu_de.strip() or form.noi_dung.strip()):
        form = form.model_copy(update={"tieu_de": chosen.title, "noi_dung": chosen.text})
        return form_page(visit, form, done=form.template_words())
    done = {"lay-chu": _TAKEN_OVER, "mau": form.template_words()}.get(xong, "")
    kept_at = None if kept is None or done else kept.saved_at
    return form_page(visit, form, kept_at=kept_at, done=done, instead=chosen)


@router.post("/tao-ban-tin")
def create(visit: SignedVisit, *, form: Annotated[Typed, Form()]) -> Response:
    """Hand it in with its airing, or keep a draft; words that were pasted are put right first, and shown."""
    try:
        visit.viewer.need_own(form.cua)
        if form.viec == "hoan":
            return form_page(visit, taken_back(form))
        found = put_right(form)
        if found is not None:
            return form_page(visit, shown(form, found), put_right=found)
        bulletin_id = _send(visit, form)
    except LoaError as error:
        return form_page(visit, form, error=error)
    return sent(visit, NEW, form, bulletin_id)


@router.post("/tao-ban-tin/gui-sau")
def send_later(visit: SignedVisit, *, form: Annotated[Typed, Form()]) -> JSONResponse:
    """Do what a form says that waited in the browser for the network; sent twice, it counts once.

    What cannot be done is told in a sentence (409), and stays in the browser for the person to change.
    """
    visit.viewer.need(Act.WRITE)
    visit.viewer.need_own(form.cua)
    try:
        if not (form.luot and form.cua):  # a page that was opened before this was asked for sends neither
            raise BadInput("Bản này không ghi của ai. Hãy mở lại để xem rồi gửi.", code="form.number")
        if form.viec not in _SENT_LATER:
            raise BadInput("Bản này chưa gửi. Hãy mở lại để xem rồi gửi.", code="form.act")
        if put_right(form) is not None:
            raise Conflict("Chữ dán vào cần được xem lại trước khi gửi.", code="form.pasted")
        bulletin_id = _send(visit, form)
    except LoaError as error:
        return JSONResponse({"sentence": error.sentence}, HTTPStatus.CONFLICT)
    send_draft(visit.store, visit.by.id, NEW, form.luot, visit.now())
    return JSONResponse({"bulletin": bulletin_id}, HTTPStatus.CREATED)


def _send(visit: Visit, form: Typed) -> str:
    request = None if form.viec == "nhap" else form.repeat(visit) or form.broadcast(visit)
    return operations.send_once(visit, form.luot, form.written(), request)


@router.post("/tao-ban-tin/kip-gio")
def look_if_in_time(visit: SignedVisit, form: Annotated[Typed, Form()]) -> Response:
    """Return the note that the chosen start is too near; nothing where it is not."""
    visit.viewer.need(Act.WRITE)
    return _note(too_soon(visit, form, None))


@router.post("/tao-ban-tin/tom-tat")
def sum_up(visit: SignedVisit, form: Annotated[Typed, Form()]) -> Response:
    """Return what sending the form will do, in one sentence, or what lacks."""
    visit.viewer.need(Act.WRITE)
    said, lacks = summary_of(visit, form)
    return HTMLResponse(fragment("soan/tom_tat.html", {"said": said, "lacks": lacks}))


@router.post("/ban-tin/{bulletin_id}/dat-lich/kip-gio")
def look_if_planned_in_time(visit: SignedVisit, bulletin_id: str, form: Annotated[Typed, Form()]) -> Response:
    """Return the same of a bulletin that exists, and when its last turn is over."""
    return _note(too_soon(visit, form, bulletin_id), end_of_turns(visit, form, bulletin_id))


def _note(sentence: str, in_turns: str = "") -> Response:
    return HTMLResponse(fragment("bieu_mau/kip_gio.html", {"too_soon": sentence, "in_turns": in_turns}))


@router.post("/tao-ban-tin/soan-chu")
def look_at(viewer: Signed, form: Annotated[Typed, Form()]) -> Response:
    """Return what becomes of words that were just pasted; nothing (204) where they are right."""
    viewer.need(Act.WRITE)
    found = put_right(form)
    if found is None:
        return Response(status_code=204)
    context = {"put_right": found, "kept": shown(form, found).giu_nguyen}
    return HTMLResponse(fragment("bieu_mau/da_sua_doan.html", context))


def sent(visit: Visit, place: str, form: Typed, bulletin_id: str) -> Response:
    """Forget what was typed there, and lead to the bulletin that came of it."""
    send_draft(visit.store, visit.by.id, place, form.luot, visit.now())
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong={'nhap' if form.viec == 'nhap' else 'gui'}", 303)


@router.get("/ban-tin/{bulletin_id}/dat-lich")
def ask_when(
    visit: SignedVisit, bulletin_id: str, xa: Annotated[list[str] | None, Query(max_length=1000)] = None
) -> Response:
    """Ask where and when a bulletin shall be heard (again); `xa`: communes that are chosen already."""
    bulletin = visible_bulletin(visit.store, visit.scope, bulletin_id)
    if not visit.viewer.may(Act.AIR):
        return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)
    form = Typed(noi="chon", dia_ban=xa) if xa else Typed()
    return _when_page(visit, form, bulletin=bulletin)


@router.post("/ban-tin/{bulletin_id}/dat-lich")
def plan_again(visit: SignedVisit, *, bulletin_id: str, form: Annotated[Typed, Form()]) -> Response:
    """Plan one more airing."""
    try:
        broadcast = form.broadcast(visit)
        airing_id = plan_foreseen(visit, bulletin_id, broadcast, **visit.stamp).id
    except LoaError as error:
        bulletin = visible_bulletin(visit.store, visit.scope, bulletin_id)
        return _when_page(visit, form, bulletin=bulletin, error=error)
    return RedirectResponse(f"/phat/{airing_id}", 303)


def _when_page(visit: Visit, form: Typed, *, bulletin: Bulletin, error: LoaError | None = None) -> Response:
    context = {"bulletin": bulletin, **form_context(visit, form, error)}
    context["in_time_at"] = f"/ban-tin/{bulletin.id}/dat-lich/kip-gio"
    return page(visit.request, "dat_lich.html", context, error=error)
