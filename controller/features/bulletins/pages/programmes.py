"""Chương trình: the list, and the form that orders items; works without script too."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError
from controller.features.accounts.admin_queries import name_of
from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.accounts.page_permissions import need
from controller.features.accounts.upload_forms import SentForm, Writer
from controller.features.accounts.viewer import Viewer
from controller.features.bulletins.programme_form import (
    KIND_WORDS,
    ProgrammeTyped,
    added,
    fields_of,
    moved,
    taken_apart,
    typed_programme,
)
from controller.features.bulletins.programme_queries import choices, lines_of, programmes_seen, titles_in
from controller.features.bulletins.programmes import (
    LONGEST_SILENCE,
    MOST_ITEMS,
    Item,
    draft_programme,
    revise_programme,
)
from controller.features.bulletins.queries import get_revision, items_of, seen_bulletin
from controller.features.bulletins.service import submit_bulletin
from controller.features.bulletins.sound_uploads import keep_upload
from controller.features.bulletins.topics import set_topic, topic_of, topics
from controller.features.drafts.queries import NEW_PROGRAMME, draft_of
from controller.features.drafts.service import keep_draft, send_draft
from controller.http.render import page
from controller.http.station import Station
from controller.http.uploads import Sent
from controller.model.bulletin_states import (
    BulletinAction,
    BulletinId,
    ItemKind,
    RevisionKind,
    TopicCode,
    actions,
)
from controller.model.bulletins import Bulletin
from controller.model.new_ids import new_id
from controller.model.permissions import Act
from controller.store import Session
from tts.uploads import UploadId

router = APIRouter(prefix="/chuong-trinh")
_SAVES = frozenset({"gui", "nhap"})


@router.get("")
def index(request: Request, station: TheStation, viewer: Signed) -> Response:
    """List the programmes, last changed first."""
    with station.store.read() as session:
        rows = programmes_seen(session, viewer.scope)
    return page(request, "chuong_trinh_ds.html", {"rows": rows})


@router.get("/tao")
def ask(request: Request, station: TheStation, viewer: Writer) -> Response:
    """Show the form, empty or with what the person was typing."""
    with station.store.read() as session:
        kept = draft_of(session, viewer.operator.id, NEW_PROGRAMME)
        form = ProgrammeTyped() if kept is None else typed_programme(kept.fields)
        return _form_page(request, session, viewer, form, kept_at=None if kept is None else kept.saved_at)


@router.post("/tao")
def create(request: Request, station: TheStation, viewer: Writer, sent: SentForm) -> Response:
    """Save a new programme, or show the form after one of its buttons."""
    return _go_on(request, station, viewer, sent, None)


@router.get("/{bulletin_id}/sua")
def ask_again(request: Request, station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Show the items of a draft, or of a returned programme."""
    with station.store.read() as session:
        bulletin = seen_bulletin(session, viewer.scope, bulletin_id)
        kind = get_revision(session, bulletin.id, bulletin.revision).kind
        may = viewer.scope.may(viewer.operator, Act.WRITE, [bulletin.area])
        if (
            kind is not RevisionKind.PROGRAMME
            or BulletinAction.REVISE not in actions(bulletin.state)
            or not may
        ):
            return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)
        kept = draft_of(session, viewer.operator.id, bulletin.id)
        if kept is not None:
            form = typed_programme(kept.fields)
            if form.based_on is None and kept.saved_at > bulletin.changed_at:
                form = replace(form, based_on=bulletin.revision)
            return _form_page(request, session, viewer, form, bulletin=bulletin, kept_at=kept.saved_at)
        rows, topic = items_of(session, bulletin.id, bulletin.revision), topic_of(session, bulletin)
        again = bulletin.again_if_preempted
        form = taken_apart(bulletin.title, rows, again=again, topic=topic.code if topic else "")
        return _form_page(request, session, viewer, form, bulletin=bulletin)


@router.post("/{bulletin_id}/sua")
def revise(
    request: Request, station: TheStation, viewer: Writer, bulletin_id: str, sent: SentForm
) -> Response:
    """Save other items, or show the form after one of its buttons."""
    with station.store.read() as session:
        bulletin = seen_bulletin(session, viewer.scope, bulletin_id)
    need(viewer, Act.WRITE, bulletin.area)
    return _go_on(request, station, viewer, sent, bulletin)


def _go_on(
    request: Request, station: Station, viewer: Viewer, sent: Sent, bulletin: Bulletin | None
) -> Response:
    form, act = typed_programme(sent.fields), sent.first("viec")
    try:
        if act in _SAVES:
            saved = _save(station, viewer, form, bulletin, is_submitted=act == "gui")
            station.wake()
            return RedirectResponse(f"/ban-tin/{saved}?xong={'gui' if act == 'gui' else 'nhap'}", 303)
        form = _after(station, form, act, sent)
        _keep(station, viewer, form, bulletin)
        error = None
    except LoaError as refused:
        error = refused
    with station.store.read() as session:
        return _form_page(request, session, viewer, form, bulletin=bulletin, error=error)


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


def _place(bulletin: Bulletin | None) -> str:
    """Return the key under which a programme's typed draft is stored."""
    return NEW_PROGRAMME if bulletin is None else bulletin.id


def _keep(station: Station, viewer: Viewer, form: ProgrammeTyped, bulletin: Bulletin | None) -> None:
    """Store the form after a button, because no script has stored it yet."""
    with station.store.write() as session:
        keep_draft(session, _place(bulletin), fields_of(form), by=viewer.operator, now=station.now())


def _save(
    station: Station, viewer: Viewer, form: ProgrammeTyped, bulletin: Bulletin | None, *, is_submitted: bool
) -> BulletinId:
    asked: dict[str, Any] = {
        "title": form.title,
        "items": form.meant(),
        "again_if_preempted": form.again,
        "by": viewer.operator,
        "now": station.now(),
    }
    with station.store.write() as session:
        _check_there(session, station, viewer, form)
        if bulletin is None:
            row = draft_programme(session, **asked)
        else:
            asked["based_on"] = form.based_on
            row = revise_programme(session, seen_bulletin(session, viewer.scope, bulletin.id).id, **asked)
        topic = TopicCode(form.topic) if form.topic else None
        set_topic(session, row.id, topic, by=viewer.operator, now=station.now())
        send_draft(session, viewer.operator.id, _place(bulletin), form.number, station.now())
        if is_submitted:
            submit_bulletin(session, row.id, by=viewer.operator, now=station.now(), speech=station.speech)
        return row.id


def _check_there(session: Session, station: Station, viewer: Viewer, form: ProgrammeTyped) -> None:
    """Raise for bulletins outside the person's view, and for sounds that are gone."""
    if not form.items:
        raise BadInput("Chương trình chưa có mục nào. Hãy thêm ít nhất một bản tin.", code="programme.items")
    for item in form.items:
        if item.bulletin is not None:
            seen_bulletin(session, viewer.scope, item.bulletin)
        if item.upload is not None and not _is_kept(station, item.upload):
            raise BadInput("Tệp âm thanh này không còn trên máy chủ. Hãy tải lên lại.", code="upload.gone")


def _is_kept(station: Station, upload: str) -> bool:
    try:
        return station.uploads.has(UploadId(upload))
    except ValueError:
        return False


def _newer(
    session: Session, bulletin: Bulletin | None, form: ProgrammeTyped, *, is_kept: bool
) -> dict[str, Any] | None:
    """Return what somebody else saved since the person began; None: nothing."""
    is_old = is_kept if form.based_on is None else bulletin and form.based_on != bulletin.revision
    if bulletin is None or not is_old:
        return None
    revision = get_revision(session, bulletin.id, bulletin.revision)
    return {
        "by": name_of(session, revision.author),
        "at": revision.created_at,
        "number": revision.number,
        "lines": lines_of(session, bulletin.id, bulletin.revision),
    }


def _form_page(
    request: Request,
    session: Session,
    viewer: Viewer,
    form: ProgrammeTyped,
    *,
    bulletin: Bulletin | None = None,
    error: LoaError | None = None,
    kept_at: datetime | None = None,
) -> Response:
    may_choose, now = choices(session, viewer.scope), request.app.state.station.now()
    there = {one.id: one for one in may_choose}
    context = {
        "form": replace(
            form,
            items=form.items[:MOST_ITEMS],
            based_on=bulletin.revision if bulletin else None,
            number=form.number or new_id(now),
        ),
        "newer": _newer(session, bulletin, form, is_kept=kept_at is not None),
        "bulletin": bulletin,
        "draft": _place(bulletin),
        "kept_at": kept_at,
        "topics": topics(session),
        "topic": form.topic,
        "choices": may_choose,
        "titles": titles_in(session, [one.bulletin for one in form.items]),
        "there": there,
        "total_ms": sum(there[one.bulletin].duration_ms for one in form.items if one.bulletin in there),
        "kind_words": KIND_WORDS,
        "longest_silence": LONGEST_SILENCE,
        "most": MOST_ITEMS,
        "place": f"/chuong-trinh/{bulletin.id}/sua" if bulletin else "/chuong-trinh/tao",
    }
    return page(request, "chuong_trinh_tao.html", context, error=error)
