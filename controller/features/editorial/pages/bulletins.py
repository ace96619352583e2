"""Bản tin: the list, and one bulletin with its words, its audio, its airings and what may be done with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.features.accounts.admin_queries import name_of
from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.accounts.live_pages import LivePage
from controller.features.accounts.viewer import Viewer
from controller.features.airings.language_reach import spread_of
from controller.features.airings.page_queries import airings_of_bulletin
from controller.features.bulletins import operations as bulletin_operations
from controller.features.bulletins.in_force import approvals_until
from controller.features.bulletins.legal_queries import act_of
from controller.features.bulletins.page_queries import spoken, titles_of
from controller.features.bulletins.programme_queries import lines_of
from controller.features.bulletins.queries import seen_bulletin
from controller.features.bulletins.reapproval import is_due_again
from controller.features.bulletins.revisions import bulletins_found, compared_with
from controller.features.bulletins.service import clone_bulletin, recall_bulletin, submit_bulletin
from controller.features.bulletins.topics import topic_of, topics
from controller.features.bulletins.wording_views import AsRead, WordingPart, as_read, changes
from controller.features.editorial.pages.sounds import sound_shown
from controller.features.lexicon.queries import words_for
from controller.features.reading.previews import sentences
from controller.features.templates.service import MAY_KEEP
from controller.features.withdrawals import operations
from controller.http.render import page
from controller.http.station import Station
from controller.model.bulletin_states import (
    BulletinAction,
    BulletinId,
    BulletinState,
    RevisionKind,
    actions,
)
from controller.model.bulletins import Bulletin, Revision
from controller.model.permissions import Act
from controller.store import Session
from tts.recordings import RecordingId as SoundId
from tts.sidecar import phrases_of

router = APIRouter()
PAGE = LivePage(
    "ban_tin.html",
    {
        "tinh-trang": "ban_tin/tinh_trang.html",
        "loi-doc": "ban_tin/loi_doc.html",
        "lan-phat": "ban_tin/lan_phat.html",
    },
)
_BEFORE = frozenset({BulletinState.DRAFT, BulletinState.RETURNED})
"""Where a wording can be tried out: it is not handed in, so that it can still be changed."""
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
_ACTS = {
    BulletinAction.REVISE: Act.WRITE,
    BulletinAction.SUBMIT: Act.WRITE,
    BulletinAction.RECALL: Act.WRITE,
    BulletinAction.APPROVE: Act.APPROVE,
    BulletinAction.RETURN: Act.APPROVE,
    BulletinAction.WITHDRAW: Act.WITHDRAW,
}


def done_sentence(key: str) -> str:
    """Return what was just done, in words; nothing for a made-up key."""
    return _DONE.get(key, "")


def buttons(viewer: Viewer, bulletin: Bulletin, revision: Revision) -> frozenset[BulletinAction]:
    """Return what this person may do with the bulletin and its wording now, by lifecycle and permissions."""
    lineage = [bulletin.area]
    allowed = {
        action
        for action in actions(bulletin.state)
        if viewer.scope.may(viewer.operator, _ACTS[action], lineage)
    }
    is_author = viewer.operator.id in {bulletin.author, revision.author}
    allowed -= {BulletinAction.APPROVE if is_author else BulletinAction.RECALL}
    return frozenset(allowed)


def _of_approval(
    session: Session, viewer: Viewer, bulletin: Bulletin, revision: Revision, now: datetime
) -> Mapping[str, Any]:
    """Until when it may be aired, and what the person may do: approving again belongs to the last days."""
    until = approvals_until(session, [bulletin.id]).get(bulletin.id)
    is_due = bulletin.state is BulletinState.APPROVED and is_due_again(until, now)
    may = buttons(viewer, bulletin, revision)
    if bulletin.state is BulletinState.APPROVED and not is_due:
        may -= {BulletinAction.APPROVE}
    return {"buttons": may, "approved_until": until, "approve_again": is_due}


def load(session: Session, station: Station, viewer: Viewer, bulletin_id: str) -> Mapping[str, Any]:
    """Return all that the page of a bulletin shows."""
    bulletin = seen_bulletin(session, viewer.scope, bulletin_id)
    speech = spoken(session, bulletin.id, bulletin.revision)
    before = compared_with(session, bulletin)
    return {
        "bulletin": bulletin,
        "author": name_of(session, bulletin.author),
        "where": viewer.scope.name(bulletin.area),
        "speech": speech,
        "phrases": phrases_of(station.recordings, SoundId(speech.recording.id)) if speech.recording else (),
        "progress": station.rendering_progress(speech.rendering.id) if speech.rendering else None,
        "airings": airings_of_bulletin(session, viewer.scope, bulletin.id),
        **_of_approval(session, viewer, bulletin, speech.revision, station.now()),
        "is_author": viewer.operator.id in {bulletin.author, speech.revision.author},
        "manner": speech.revision.manner,
        "manner_before": before.manner if before else None,
        **_reading(session, station, bulletin, speech.revision),
        "tried_out": tried_out(session, station, bulletin) if bulletin.state in _BEFORE else [],
        "before": before,
        "changes": changes(before.text, speech.revision.text) if before else (),
        "topic": topic_of(session, bulletin),
        "topics": topics(session),
        "may_write": viewer.scope.may(viewer.operator, Act.WRITE, [bulletin.area]),
        "lines": lines_of(session, bulletin.id, bulletin.revision),
        "sound": sound_shown(station, speech.revision),
        **_languages(session, viewer, bulletin, speech.revision),
        "act": act_of(session, bulletin, station.now()),
        "may_name_act": bulletin.variant_of is None
        and speech.revision.kind is not RevisionKind.PROGRAMME
        and viewer.scope.may(viewer.operator, Act.WRITE, [bulletin.area]),
        "may_keep": speech.revision.kind is RevisionKind.TEXT
        and viewer.scope.may(viewer.operator, MAY_KEEP, [bulletin.area]),
        "may_air": bulletin.state is not BulletinState.WITHDRAWN and viewer.may(Act.AIR),
    }


def _languages(session: Session, viewer: Viewer, bulletin: Bulletin, revision: Revision) -> Mapping[str, Any]:
    """Return the bulletin's variants, or of which it is one; programmes are heard as they are."""
    is_base = bulletin.variant_of is None and revision.kind is not RevisionKind.PROGRAMME
    may = is_base and viewer.scope.may(viewer.operator, Act.WRITE, [bulletin.area])
    return {
        "spread": spread_of(session, viewer.scope, bulletin) if is_base else None,
        "base_title": titles_of(session, [bulletin.variant_of])[bulletin.variant_of]
        if bulletin.variant_of
        else "",
        "may_bring": may and bulletin.state is not BulletinState.WITHDRAWN,
    }


def _reading(session: Session, station: Station, bulletin: Bulletin, revision: Revision) -> Mapping[str, Any]:
    """Return how title and wording are read; what tells of a brought recording is not read out."""
    if revision.kind is RevisionKind.AUDIO:
        return {"reading": AsRead((WordingPart(revision.text),), ()), "title_read": None}
    words, region = words_for(session, bulletin.area), station.settings.region
    return {
        "reading": as_read(revision.text, words, region),
        "title_read": as_read(bulletin.title, words, region) if revision.kind is RevisionKind.TEXT else None,
    }


def tried_out(session: Session, station: Station, bulletin: Bulletin) -> list[str]:
    """Return the newest wording as it will be spoken, in pieces that can be heard before it is recorded."""
    speech = spoken(session, bulletin.id, bulletin.revision)
    if speech.recording is not None or speech.revision.kind is not RevisionKind.TEXT:
        return []
    read = _reading(session, station, bulletin, speech.revision)
    issuer = as_read(speech.revision.issuer, words_for(session, bulletin.area), station.settings.region)
    return sentences(issuer.spoken, read["title_read"].spoken, read["reading"].spoken)


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
    with station.store.read() as session:
        rows = bulletins_found(session, viewer.scope, tim, states)
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
        lambda session: load(session, station, viewer, bulletin_id),
        done=done_sentence(xong),
    )


@router.get("/song/ban-tin/{bulletin_id}")
def follow(request: Request, station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Keep it alive."""
    return PAGE.follow(request, viewer, lambda session: load(session, station, viewer, bulletin_id))


@router.post("/ban-tin/{bulletin_id}/gui")
def submit(station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Hand a draft in."""
    with station.store.write() as session:
        seen_bulletin(session, viewer.scope, bulletin_id)
        submit_bulletin(
            session, BulletinId(bulletin_id), by=viewer.operator, now=station.now(), speech=station.speech
        )
    station.wake()
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong=gui", 303)


@router.post("/ban-tin/{bulletin_id}/lay-lai")
def recall(station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Take it back before anybody has judged it."""
    with station.store.write() as session:
        bulletin = seen_bulletin(session, viewer.scope, bulletin_id)
        revision = spoken(session, bulletin.id, bulletin.revision).revision
        if viewer.may(Act.WRITE) and BulletinAction.RECALL not in buttons(viewer, bulletin, revision):
            return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)
        recall_bulletin(session, BulletinId(bulletin_id), by=viewer.operator, now=station.now())
    station.wake()
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong=lay-lai", 303)


@router.post("/ban-tin/{bulletin_id}/ban-sao")
def clone(station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Begin a new draft with its words."""
    with station.store.write() as session:
        seen_bulletin(session, viewer.scope, bulletin_id)
        copied = clone_bulletin(session, BulletinId(bulletin_id), by=viewer.operator, now=station.now()).id
    return RedirectResponse(f"/ban-tin/{copied}/sua", 303)


@router.post("/ban-tin/{bulletin_id}/dung-lai")
def render_again(station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Have the audio made once more after it failed."""
    bulletin_operations.render_again(station, viewer, bulletin_id)
    return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)


@router.get("/ban-tin/{bulletin_id}/rut")
def ask_to_withdraw(request: Request, station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Ask once more before it is taken off the air."""
    with station.store.read() as session:
        context = load(session, station, viewer, bulletin_id)
    if BulletinAction.WITHDRAW not in context["buttons"]:
        return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)
    return page(request, "rut_ban_tin.html", context)


@router.post("/ban-tin/{bulletin_id}/rut")
def withdraw(
    station: TheStation, viewer: Signed, bulletin_id: str, ly_do: Annotated[str, Form(max_length=300)] = ""
) -> Response:
    """Take it off the air."""
    operations.withdraw(station, viewer, bulletin_id, ly_do)
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong=rut", 303)
