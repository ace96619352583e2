"""Tạo bản tin: one form from text to a planned airing; what was typed is never lost to an error."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.airings.planning import MeetsOthers, plan_foreseen
from controller.bulletins.legal import reference_given
from controller.bulletins.lifecycle import Action, BulletinId, RevisionKind, actions
from controller.bulletins.references import Reference
from controller.bulletins.tables import Bulletin, Revision, Topic
from controller.bulletins.topics import topics
from controller.bulletins.usecases import revise_bulletin, submit_bulletin
from controller.drafts.queries import NEW, draft_of
from controller.drafts.usecases import drop_draft
from controller.errors import LoaError, NotAllowed
from controller.operators.permissions import Act
from controller.store.base import ID_LENGTH
from controller.templates.queries import Offered
from controller.web.acts import hand_in, seen_bulletin, tell_of, write_down
from controller.web.errors import status_of
from controller.web.legal_form import ACT_KINDS, typed_act
from controller.web.queries import spoken
from controller.web.render import page
from controller.web.starts import slots
from controller.web.station import Station
from controller.web.template_reads import said_of_template, template_to_use, templates_to_use
from controller.web.typed import Typed
from controller.web.viewer import Signed, TheStation, Viewer
from devices.messages import Grade

router = APIRouter()
_TAKEN_OVER = "Đã đưa chữ vào bản đang soạn. Hãy đọc lại, rồi chọn nơi và giờ phát."


def form_page(
    request: Request,
    station: Station,
    viewer: Viewer,
    form: Typed,
    *,
    error: LoaError | None = None,
    kept_at: datetime | None = None,
    done: str = "",
    pasted: str = "",
    instead: Offered | None = None,
) -> Response:
    """Show the form, with what was typed, what is wrong with it, and when it was kept if it is given back.

    `pasted`: words that were to be taken over and could not be. `instead`: a template that may take the
    place of the words that the person has begun.
    """
    context = form_context(station, viewer, form, error) | {"kept_at": kept_at, "draft": NEW}
    context |= {"done": done, "pasted": pasted, "instead": instead}
    with station.store.read() as session:
        context["templates"] = templates_to_use(session, viewer)
    return page(request, "tao_ban_tin.html", context, status=status_of(error) if error else 200)


def form_context(station: Station, viewer: Viewer, form: Typed, error: LoaError | None) -> dict[str, Any]:
    """Return what the parts of a form ask for that say where, when and how."""
    emergency = viewer.may(Act.AIR_EMERGENCY)
    return {
        "form": form,
        "topics": _topics(station),
        "topic": form.chu_de,
        "is_read": True,
        "fault": error.sentence if error else "",
        "meets": isinstance(error, MeetsOthers),
        "clear_at": error.facts.get("clear_at") if error else None,
        "slots": slots(station.now()),
        "grades": [grade for grade in Grade if emergency or grade is not Grade.EMERGENCY],
        "act_kinds": ACT_KINDS,
        "opened": False,
        "soon": "",
    }


def _topics(station: Station) -> Sequence[Topic]:
    with station.store.read() as session:
        return topics(session)


@router.get("/tao-ban-tin")
def ask(
    request: Request,
    station: TheStation,
    viewer: Signed,
    xong: Annotated[str, Query(max_length=20)] = "",
    mau: Annotated[str, Query(max_length=ID_LENGTH)] = "",
) -> Response:
    """Show the form, empty or with what the person was typing; `xong`: what was just put into it.

    `mau`: the template to begin with. Words that the person has begun stay until they say otherwise.
    """
    if not viewer.may(Act.WRITE):
        raise NotAllowed("Tài khoản này không có quyền soạn bản tin.")
    with station.store.read() as session:
        kept = draft_of(session, viewer.operator.id, NEW)
        chosen = template_to_use(session, viewer, mau) if mau else None
    form = Typed() if kept is None else Typed.model_validate(kept.fields)
    if chosen is not None and not (form.tieu_de.strip() or form.noi_dung.strip()):
        form = form.model_copy(update={"tieu_de": chosen.title, "noi_dung": chosen.text})
        return form_page(request, station, viewer, form, done=said_of_template(form))
    done = {"lay-chu": _TAKEN_OVER, "mau": said_of_template(form)}.get(xong, "")
    kept_at = None if kept is None or done else kept.saved_at
    return form_page(request, station, viewer, form, kept_at=kept_at, done=done, instead=chosen)


@router.post("/tao-ban-tin")
def create(
    *,
    request: Request,
    station: TheStation,
    viewer: Signed,
    form: Annotated[Typed, Form()],
) -> Response:
    """Hand it in with its airing, or keep a draft."""
    try:
        if form.viec == "nhap":
            bulletin_id = _keep(station, viewer, form)
        else:
            bulletin_id, _ = hand_in(station, viewer, form.written(), form.wish(viewer, station))
    except LoaError as error:
        return form_page(request, station, viewer, form, error=error)
    _forget(station, viewer, NEW)
    return _kept(bulletin_id, form.viec)


def _keep(station: Station, viewer: Viewer, form: Typed) -> BulletinId:
    written = form.written()
    with station.store.write() as session:
        return write_down(session, station, viewer, written).id


def _forget(station: Station, viewer: Viewer, place: str) -> None:
    with station.store.write() as session:
        drop_draft(session, viewer.operator.id, place)


def _kept(bulletin_id: str, done: str) -> Response:
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong={'nhap' if done == 'nhap' else 'gui'}", 303)


@router.get("/ban-tin/{bulletin_id}/sua")
def ask_again(request: Request, station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Show a draft or a returned bulletin for mending; a programme has a form of its own."""
    with station.store.read() as session:
        bulletin = seen_bulletin(session, viewer, bulletin_id)
        revision = spoken(session, bulletin.id, bulletin.revision).revision
        reference = reference_given(session, bulletin.id) or Reference()
        kept = draft_of(session, viewer.operator.id, bulletin.id)
    if Action.REVISE not in actions(bulletin.state) or not viewer.may(Act.WRITE):
        return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)
    if revision.kind is RevisionKind.PROGRAMME:
        return RedirectResponse(f"/chuong-trinh/{bulletin_id}/sua", 303)
    if kept is not None and kept.saved_at > bulletin.changed_at:
        form = Typed.model_validate(kept.fields)
        return _mending_page(request, bulletin, form, revision, kept_at=kept.saved_at)
    form = Typed(
        tieu_de=bulletin.title,
        noi_dung=revision.text,
        ben_bao=revision.issuer,
        so_lan=str(revision.readings),
        **typed_act(reference),
    )
    return _mending_page(request, bulletin, form, revision)


@router.post("/ban-tin/{bulletin_id}/sua")
def mend(
    *,
    request: Request,
    station: TheStation,
    viewer: Signed,
    bulletin_id: str,
    form: Annotated[Typed, Form()],
) -> Response:
    """Keep a new wording, and hand it in unless it shall stay a draft."""
    try:
        _mend(station, viewer, bulletin_id, form)
    except LoaError as error:
        with station.store.read() as session:
            bulletin = seen_bulletin(session, viewer, bulletin_id)
            revision = spoken(session, bulletin.id, bulletin.revision).revision
        return _mending_page(request, bulletin, form, revision, error=error)
    _forget(station, viewer, bulletin_id)
    station.poke()
    return _kept(bulletin_id, form.viec)


def _mend(station: Station, viewer: Viewer, bulletin_id: str, form: Typed) -> None:
    now, reference = station.now(), form.reference() if form.van_ban else None
    with station.store.write() as session:
        bulletin = seen_bulletin(session, viewer, bulletin_id)
        revise_bulletin(
            session,
            bulletin.id,
            title=form.tieu_de,
            text=form.noi_dung,
            by=viewer.operator,
            now=now,
            manner=form.manner(),
        )
        tell_of(session, viewer, bulletin.id, reference, station)
        if form.viec != "nhap":
            submit_bulletin(session, bulletin.id, by=viewer.operator, now=now, speech=station.speech)


def _mending_page(
    request: Request,
    bulletin: Bulletin,
    form: Typed,
    revision: Revision,
    *,
    error: LoaError | None = None,
    kept_at: datetime | None = None,
) -> Response:
    context = {
        "bulletin": bulletin,
        "form": form,
        "is_sound": revision.kind is RevisionKind.AUDIO,
        "is_read": revision.kind is RevisionKind.TEXT,
        "act_kinds": ACT_KINDS,
        "opened": False,
        "fault": error.sentence if error else "",
        "kept_at": kept_at,
    }
    return page(request, "sua_ban_tin.html", context, status=status_of(error) if error else 200)


@router.get("/ban-tin/{bulletin_id}/dat-lich")
def ask_when(
    request: Request,
    station: TheStation,
    viewer: Signed,
    bulletin_id: str,
    xa: Annotated[list[str] | None, Query(max_length=1000)] = None,
) -> Response:
    """Ask where and when a bulletin shall be heard (again); `xa`: communes that are chosen already."""
    with station.store.read() as session:
        bulletin = seen_bulletin(session, viewer, bulletin_id)
    form = Typed(noi="chon", dia_ban=xa) if xa else Typed()
    return _when_page(request, station, viewer, form, bulletin=bulletin)


@router.post("/ban-tin/{bulletin_id}/dat-lich")
def plan_again(
    *,
    request: Request,
    station: TheStation,
    viewer: Signed,
    bulletin_id: str,
    form: Annotated[Typed, Form()],
) -> Response:
    """Plan one more airing."""
    try:
        wish = form.wish(viewer, station)
        with station.store.write() as session:
            seen_bulletin(session, viewer, bulletin_id)
            airing_id = plan_foreseen(
                session, BulletinId(bulletin_id), wish, by=viewer.operator, now=station.now()
            ).id
    except LoaError as error:
        with station.store.read() as session:
            bulletin = seen_bulletin(session, viewer, bulletin_id)
        return _when_page(request, station, viewer, form, bulletin=bulletin, error=error)
    station.poke()
    return RedirectResponse(f"/phat/{airing_id}", 303)


def _when_page(
    request: Request,
    station: Station,
    viewer: Viewer,
    form: Typed,
    *,
    bulletin: Bulletin,
    error: LoaError | None = None,
) -> Response:
    context = {"bulletin": bulletin, **form_context(station, viewer, form, error)}
    return page(request, "dat_lich.html", context, status=status_of(error) if error else 200)
