"""Sửa bản tin: a draft or a returned bulletin is mended; what somebody else saved meanwhile is never lost."""

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.bulletins.queries import visible_bulletin, visible_wording
from controller.features.drafts.editing_now import note_editing
from controller.features.drafts.queries import draft_of
from controller.features.editorial import operations
from controller.features.editorial.broadcast_form import Typed
from controller.features.editorial.page_queries import editing_form, form_as_it_is
from controller.features.editorial.pages.writing import sent
from controller.features.editorial.pasted import PutRight, put_right, shown, taken_back
from controller.http.render import fragment, page
from controller.model.bulletin_states import BulletinAction, RevisionKind, actions
from controller.model.bulletins import Bulletin
from controller.model.drafts import Draft
from controller.model.permissions import Act

router = APIRouter(prefix="/ban-tin/{bulletin_id}/sua")


@router.get("")
def ask(visit: SignedVisit, bulletin_id: str) -> Response:
    """Show a draft or a returned bulletin for mending; a programme has a form of its own."""
    bulletin, revision = visible_wording(visit.store, visit.scope, bulletin_id)
    if BulletinAction.REVISE not in actions(bulletin.state) or not visit.viewer.may(Act.WRITE):
        return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)
    if revision.kind is RevisionKind.PROGRAMME:
        return RedirectResponse(f"/chuong-trinh/{bulletin_id}/sua", 303)
    kept = draft_of(visit.store, visit.by.id, bulletin.id)
    if kept is None:
        form = form_as_it_is(visit.store, bulletin, revision)
        return _page(visit, bulletin_id, form)
    return _page(visit, bulletin_id, _as_kept(kept, bulletin), kept_at=kept.saved_at)


def _as_kept(kept: Draft, bulletin: Bulletin) -> Typed:
    """Return what was typed; without a revision it was begun with the one that there was at the time."""
    form = Typed.model_validate(kept.fields)
    is_new = not form.phien_ban and kept.saved_at > bulletin.changed_at
    return form.model_copy(update={"phien_ban": str(bulletin.revision)}) if is_new else form


@router.post("/dang-sua")
def go_on(visit: SignedVisit, bulletin_id: str) -> Response:
    """Note that the form is open still; return who else has it open."""
    visit.viewer.need(Act.WRITE)
    visible_bulletin(visit.store, visit.scope, bulletin_id)
    context = {"others": note_editing(visit.store, bulletin_id, **visit.stamp)}
    return HTMLResponse(fragment("soan/dang_sua.html", context))


@router.post("")
def mend(visit: SignedVisit, *, bulletin_id: str, form: Annotated[Typed, Form()]) -> Response:
    """Keep a new wording, and hand it in unless it shall stay a draft."""
    try:
        visit.viewer.need_own(form.cua)
        if form.viec == "hoan":
            return _page(visit, bulletin_id, taken_back(form))
        found = put_right(form)
        if found is not None:
            return _page(visit, bulletin_id, shown(form, found), found=found)
        written, is_submitted = form.written(), form.viec != "nhap"
        if not form.van_ban:  # the form showed no legal act: the one that is named stays
            written = replace(written, reference=None)
        operations.mend(visit, bulletin_id, written, based_on=form.based_on(), is_submitted=is_submitted)
    except LoaError as error:
        return _page(visit, bulletin_id, form, error=error)
    return sent(visit, bulletin_id, form, bulletin_id)


def _page(
    visit: Visit,
    bulletin_id: str,
    form: Typed,
    *,
    error: LoaError | None = None,
    kept_at: datetime | None = None,
    found: PutRight | None = None,
) -> Response:
    context = editing_form(visit, bulletin_id, form, kept_at=kept_at)
    context["others"] = note_editing(visit.store, bulletin_id, **visit.stamp)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if found else HTTPStatus.OK
    return page(visit.request, "sua_ban_tin.html", context | {"put_right": found}, error=error, status=status)
