"""Chương trình: the list, and the form that orders items; works without script too."""

from datetime import datetime

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.upload_forms import SentForm, Writer
from controller.features.bulletins.operations import save_programme
from controller.features.bulletins.programme_form import (
    ProgrammeTyped,
    added,
    fields_of,
    moved,
    typed_programme,
)
from controller.features.bulletins.programme_queries import (
    place_of,
    programme_form,
    programme_to_write,
    visible_programmes,
)
from controller.features.bulletins.programmes import Item
from controller.features.bulletins.queries import visible_bulletin
from controller.features.bulletins.sound_uploads import keep_upload
from controller.features.drafts.service import keep_draft
from controller.http.render import page
from controller.http.station import Station
from controller.http.uploads import Sent
from controller.model.bulletin_states import ItemKind
from controller.model.bulletins import Bulletin
from controller.model.new_ids import new_id
from controller.model.permissions import Act

router = APIRouter(prefix="/chuong-trinh")
_SAVES = frozenset({"gui", "nhap"})


@router.get("")
def index(visit: SignedVisit) -> Response:
    """List the programmes, last changed first."""
    return page(visit.request, "chuong_trinh_ds.html", {"rows": visible_programmes(visit.store, visit.scope)})


@router.get("/tao")
def ask(visit: Writer) -> Response:
    """Show the form, empty or with what the person was typing."""
    return _ask(visit, None)


@router.post("/tao")
def create(visit: Writer, sent: SentForm) -> Response:
    """Save a new programme, or show the form after one of its buttons."""
    return _go_on(visit, sent, None)


@router.get("/{bulletin_id}/sua")
def ask_again(visit: SignedVisit, bulletin_id: str) -> Response:
    """Show the items of a draft, or of a returned programme."""
    return _ask(visit, bulletin_id)


@router.post("/{bulletin_id}/sua")
def revise(visit: Writer, bulletin_id: str, sent: SentForm) -> Response:
    """Save other items, or show the form after one of its buttons."""
    bulletin = visible_bulletin(visit.store, visit.scope, bulletin_id)
    visit.viewer.need(Act.WRITE, bulletin.area)
    return _go_on(visit, sent, bulletin)


def _ask(visit: Visit, bulletin_id: str | None) -> Response:
    found = programme_to_write(visit.store, visit.viewer, bulletin_id)
    if found is None:
        return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)
    bulletin, form, kept_at = found
    return _form_page(visit, form, bulletin, kept_at=kept_at)


def _go_on(visit: Visit, sent: Sent, bulletin: Bulletin | None) -> Response:
    form, act = typed_programme(sent.fields), sent.first("viec")
    try:
        visit.viewer.need_own(sent.first("cua"))
        if act in _SAVES:
            saved = save_programme(visit, form, bulletin, is_submitted=act == "gui")
            return RedirectResponse(f"/ban-tin/{saved}?xong={'gui' if act == 'gui' else 'nhap'}", 303)
        form = _after(visit.station, form, act, sent)
        # no script has stored it yet
        typed, now = fields_of(form), visit.now()
        keep_draft(visit.store, place_of(bulletin), typed, by=visit.by, now=now)
        error = None
    except LoaError as refused:
        error = refused
    return _form_page(visit, form, bulletin, error=error)


def _after(station: Station, form: ProgrammeTyped, act: str, sent: Sent) -> ProgrammeTyped:
    """Return the form as a button leaves it."""
    if act == "them-ghi-am":
        if sent.file is None:
            raise BadInput("Hãy chọn tệp ghi âm rồi bấm Thêm tệp ghi âm.", code="upload.none")
        upload = keep_upload(station.uploads, sent.file)
        return form.with_item(Item(ItemKind.RECORDING, sent.first("chu_tep"), upload=upload))
    if act.startswith("them-"):
        return added(form, act, sent.first("ban_tin"))
    return moved(form, act)


def _form_page(
    visit: Visit,
    form: ProgrammeTyped,
    bulletin: Bulletin | None,
    *,
    error: LoaError | None = None,
    kept_at: datetime | None = None,
) -> Response:
    number = new_id(visit.now())
    context = programme_form(visit.store, visit.scope, form, bulletin, kept_at=kept_at, number=number)
    return page(visit.request, "chuong_trinh_tao.html", context, error=error)
