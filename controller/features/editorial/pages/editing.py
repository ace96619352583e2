"""Sửa bản tin: a draft or a returned bulletin is mended; what somebody else saved meanwhile is never lost."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError
from controller.features.accounts.admin_queries import name_of
from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.accounts.viewer import Viewer
from controller.features.bulletins.legal_form import ACT_KINDS, typed_act
from controller.features.bulletins.page_queries import spoken
from controller.features.bulletins.queries import reference_given, seen_bulletin
from controller.features.bulletins.service import revise_bulletin, submit_bulletin
from controller.features.bulletins.wording_views import changes
from controller.features.drafts.queries import draft_of
from controller.features.editorial.broadcast_form import Typed
from controller.features.editorial.pages.writing import sent
from controller.features.editorial.pasted import PutRight, put_right, shown, taken_back
from controller.features.imports.legal_references import Reference
from controller.features.legal_acts.service import name_reference
from controller.http.render import page
from controller.http.station import Station
from controller.model.bulletin_states import BulletinAction, RevisionKind, actions
from controller.model.bulletins import Bulletin, Revision
from controller.model.drafts import Draft
from controller.model.new_ids import new_id
from controller.model.permissions import Act
from controller.model.wording import clean_text
from controller.store import Session

router = APIRouter(prefix="/ban-tin/{bulletin_id}/sua")


@router.get("")
def ask(request: Request, station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Show a draft or a returned bulletin for mending; a programme has a form of its own."""
    with station.store.read() as session:
        bulletin = seen_bulletin(session, viewer.scope, bulletin_id)
        revision = spoken(session, bulletin.id, bulletin.revision).revision
        kept = draft_of(session, viewer.operator.id, bulletin.id)
        if BulletinAction.REVISE not in actions(bulletin.state) or not viewer.may(Act.WRITE):
            return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)
        if revision.kind is RevisionKind.PROGRAMME:
            return RedirectResponse(f"/chuong-trinh/{bulletin_id}/sua", 303)
        form = _as_it_is(session, bulletin, revision) if kept is None else _as_kept(kept, bulletin)
        kept_at = None if kept is None else kept.saved_at
        return _page(request, session, station, bulletin, form, kept_at=kept_at)


def _as_it_is(session: Session, bulletin: Bulletin, revision: Revision) -> Typed:
    return Typed(
        tieu_de=bulletin.title,
        noi_dung=revision.text,
        ben_bao=revision.issuer,
        so_lan=str(revision.readings),
        phien_ban=str(bulletin.revision),
        **typed_act(reference_given(session, bulletin.id) or Reference()),
    )


def _as_kept(kept: Draft, bulletin: Bulletin) -> Typed:
    """Return what was typed; without a revision it was begun with the one that there was at the time."""
    form = Typed.model_validate(kept.fields)
    is_new = not form.phien_ban and kept.saved_at > bulletin.changed_at
    return form.model_copy(update={"phien_ban": str(bulletin.revision)}) if is_new else form


@router.post("")
def mend(
    *,
    request: Request,
    station: TheStation,
    viewer: Signed,
    bulletin_id: str,
    form: Annotated[Typed, Form()],
) -> Response:
    """Keep a new wording, and hand it in unless it shall stay a draft."""
    found = None if form.viec == "hoan" else put_right(form)
    if form.viec == "hoan" or found is not None:
        form = taken_back(form) if found is None else shown(form, found)
        with station.store.read() as session:
            bulletin = seen_bulletin(session, viewer.scope, bulletin_id)
            return _page(request, session, station, bulletin, form, found=found)
    try:
        _mend(station, viewer, bulletin_id, form)
    except LoaError as error:
        with station.store.read() as session:
            bulletin = seen_bulletin(session, viewer.scope, bulletin_id)
            return _page(request, session, station, bulletin, form, error=error)
    station.wake()
    return sent(station, viewer, bulletin_id, form, bulletin_id)


def _mend(station: Station, viewer: Viewer, bulletin_id: str, form: Typed) -> None:
    now, reference = station.now(), form.reference() if form.van_ban else None
    with station.store.write() as session:
        bulletin = seen_bulletin(session, viewer.scope, bulletin_id)
        revise_bulletin(
            session,
            bulletin.id,
            title=form.tieu_de,
            text=form.noi_dung,
            by=viewer.operator,
            now=now,
            manner=form.manner(),
            based_on=form.based_on(),
        )
        name_reference(session, bulletin.id, reference, by=viewer.operator, now=now)
        if form.viec != "nhap":
            submit_bulletin(session, bulletin.id, by=viewer.operator, now=now, speech=station.speech)


def _page(
    request: Request,
    session: Session,
    station: Station,
    bulletin: Bulletin,
    form: Typed,
    *,
    error: LoaError | None = None,
    kept_at: datetime | None = None,
    found: PutRight | None = None,
) -> Response:
    revision = spoken(session, bulletin.id, bulletin.revision).revision
    is_old_draft = kept_at is not None and not form.phien_ban
    is_older = is_old_draft or form.based_on() not in {None, bulletin.revision}
    newer = _newer(session, bulletin, revision, form) if is_older else None
    context = {
        "bulletin": bulletin,
        # who saves once more has both before them, and means it
        "form": form.model_copy(
            update={"phien_ban": str(bulletin.revision), "luot": form.luot or new_id(station.now())}
        ),
        "newer": newer,
        "put_right": found,
        "is_sound": revision.kind is RevisionKind.AUDIO,
        "is_read": revision.kind is RevisionKind.TEXT,
        "act_kinds": ACT_KINDS,
        "opened": False,
        "kept_at": kept_at,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if found else HTTPStatus.OK
    return page(request, "sua_ban_tin.html", context, error=error, status=status)


def _newer(session: Session, bulletin: Bulletin, revision: Revision, form: Typed) -> dict[str, Any] | None:
    """Return who saved what since the person began, and how the typed text differs; None: it is the same."""
    try:
        typed = clean_text(form.noi_dung)
    except BadInput:
        typed = form.noi_dung
    if typed == revision.text and form.tieu_de == bulletin.title:
        return None
    return {
        "by": name_of(session, revision.author),
        "at": revision.created_at,
        "number": revision.number,
        "title": bulletin.title,
        "text": revision.text,
        "changes": changes(revision.text, typed),
    }
