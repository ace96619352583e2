"""Bản tin bằng tệp ghi âm: brought, looked at, listened to as it came; and the same in another language."""

from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, Conflict, LoaError, NotFound
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.upload_forms import SentForm, Writer
from controller.features.airings.language_reach import spread_of
from controller.features.bulletins.legal_form import ACT_KINDS
from controller.features.bulletins.queries import visible_bulletin, visible_wording
from controller.features.bulletins.service import revise_bulletin
from controller.features.bulletins.sound_uploads import has_upload, keep_upload
from controller.features.bulletins.topics import topics
from controller.features.bulletins.variants import add_variant
from controller.features.editorial import operations
from controller.features.editorial.broadcast_form import Typed
from controller.http.render import page
from controller.http.station import Station
from controller.http.uploads import Sent, sound_file
from controller.http.words import length_of_seconds
from controller.model.bulletin_states import BulletinAction, RevisionKind, actions
from controller.model.bulletins import Bulletin
from controller.model.languages import LanguageCode
from controller.model.permissions import Act
from controller.model.wording import PLAIN
from tts.found import found_in
from tts.uploads import UploadId

router = APIRouter()


@dataclass(slots=True)
class Brought:
    """What a form with a sound holds: its words, and the file that has come already, if any."""

    form: Typed = field(default_factory=Typed)
    upload: UploadId | None = None
    language: str = ""


def _brought(station: Station, sent: Sent) -> Brought:
    """Return what was typed, with a file that an earlier sending of the form brought."""
    words = {name: sent.first(name) for name in Typed.model_fields if name in sent.fields}
    kept = sent.first("tep")
    known = UploadId(kept) if has_upload(station.uploads, kept) else None
    return Brought(Typed.model_validate(words | {"dia_ban": []}), known, sent.first("tieng"))


def _take_in(station: Station, sent: Sent, brought: Brought) -> UploadId:
    """Keep the file that came, or go on with the one that came before; BadInput says what is wrong."""
    if sent.file is not None:
        brought.upload = None
        brought.upload = keep_upload(station.uploads, sent.file)
    if brought.upload is None:
        raise BadInput("Hãy chọn tệp ghi âm (MP3, WAV, OGG, Opus hoặc M4A) rồi gửi lại.", code="upload.none")
    return brought.upload


# --- a new one


@router.get("/tao-ban-tin/ghi-am")
def ask(visit: Writer) -> Response:
    """Show the form."""
    return _form_page(visit.request, visit.station, Brought())


@router.post("/tao-ban-tin/ghi-am")
def create(visit: Writer, sent: SentForm) -> Response:
    """Keep the sound and begin a draft with it: its page says what was found, and plays it."""
    brought = _brought(visit.station, sent)
    try:
        upload, form = _take_in(visit.station, sent, brought), brought.form
        made = operations.keep(visit, replace(form.written(), manner=PLAIN, upload=upload))
    except LoaError as error:
        return _form_page(visit.request, visit.station, brought, error=error)
    return RedirectResponse(f"/ban-tin/{made}?xong=ghi-am", 303)


# --- another sound for a draft


@router.get("/ban-tin/{bulletin_id}/ghi-am")
def ask_again(visit: SignedVisit, bulletin_id: str) -> Response:
    """Ask for another sound."""
    bulletin, revision = visible_wording(visit.store, visit.scope, bulletin_id)
    may = visit.scope.may(visit.by, Act.WRITE, [bulletin.area])
    is_sound = revision.kind is RevisionKind.AUDIO
    if not (may and is_sound and BulletinAction.REVISE in actions(bulletin.state)):
        return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)
    brought = Brought(Typed(tieu_de=bulletin.title, noi_dung=revision.text))
    return _form_page(visit.request, visit.station, brought, bulletin=bulletin)


@router.post("/ban-tin/{bulletin_id}/ghi-am")
def bring_another(visit: Writer, bulletin_id: str, sent: SentForm) -> Response:
    """Give a draft, or what was returned, another sound."""
    bulletin, revision = visible_wording(visit.store, visit.scope, bulletin_id)
    visit.viewer.need(Act.WRITE, bulletin.area)
    brought = _brought(visit.station, sent)
    try:
        if revision.kind is not RevisionKind.AUDIO:
            raise Conflict("Bản tin này không phải tệp ghi âm.", code="bulletin.not-sound")
        revise_bulletin(
            visit.store,
            bulletin.id,
            title=brought.form.tieu_de,
            text=brought.form.noi_dung,
            **visit.stamp,
            upload=_take_in(visit.station, sent, brought),
        )
    except LoaError as error:
        return _form_page(visit.request, visit.station, brought, bulletin=bulletin, error=error)
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong=ghi-am", 303)


@router.get("/ban-tin/{bulletin_id}/tep-goc")
def listen(
    visit: SignedVisit, bulletin_id: str, phien_ban: Annotated[int, Query(ge=0, le=1_000_000)] = 0
) -> Response:
    """Answer with the sound as it was brought: of a wording, by default the newest."""
    upload = visible_wording(visit.store, visit.scope, bulletin_id, phien_ban)[1].upload
    if upload is None or not visit.station.uploads.has(UploadId(upload)):
        raise NotFound("Bản tin này không có tệp ghi âm, hoặc tệp không còn.", code="upload.gone")
    return sound_file(visit.station, UploadId(upload))


# --- the same in another language


@router.get("/ban-tin/{bulletin_id}/tieng-khac")
def ask_for_variant(visit: SignedVisit, bulletin_id: str) -> Response:
    """Show who would hear what, and ask for a sound in another language."""
    bulletin, revision = visible_wording(visit.store, visit.scope, bulletin_id)
    if bulletin.variant_of is not None:
        return RedirectResponse(f"/ban-tin/{bulletin.variant_of}/tieng-khac", 303)
    if not visit.scope.may(visit.by, Act.WRITE, [bulletin.area]):
        return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)
    return _variant_page(visit, bulletin, Brought(Typed(noi_dung=revision.text)))


@router.post("/ban-tin/{bulletin_id}/tieng-khac")
def bring_variant(visit: Writer, bulletin_id: str, sent: SentForm) -> Response:
    """Bring the newest wording along in another language: a draft of its own, submitted by itself."""
    bulletin = visible_bulletin(visit.store, visit.scope, bulletin_id)
    visit.viewer.need(Act.WRITE, bulletin.area)
    brought = _brought(visit.station, sent)
    try:
        if not brought.language:
            raise BadInput("Hãy chọn tiếng của tệp ghi âm.", code="variant.language")
        row = add_variant(
            visit.store,
            bulletin.id,
            language=LanguageCode(brought.language),
            text=brought.form.noi_dung,
            upload=_take_in(visit.station, sent, brought),
            **visit.stamp,
        )
    except LoaError as error:
        bulletin = visible_bulletin(visit.store, visit.scope, bulletin_id)
        return _variant_page(visit, bulletin, brought, error=error)
    return RedirectResponse(f"/ban-tin/{row.id}?xong=ghi-am", 303)


def _variant_page(
    visit: Visit, bulletin: Bulletin, brought: Brought, *, error: LoaError | None = None
) -> Response:
    may = bulletin.variant_of is None and visit.scope.may(visit.by, Act.WRITE, [bulletin.area])
    context = {
        "bulletin": bulletin,
        "spread": spread_of(visit.store, visit.scope, bulletin),
        "brought": brought,
        "may_bring": may,
    }
    return page(visit.request, "tieng_khac.html", context, error=error)


def _form_page(
    request: Request,
    station: Station,
    brought: Brought,
    *,
    bulletin: Bulletin | None = None,
    error: LoaError | None = None,
) -> Response:
    found = found_in(station.uploads, brought.upload) if brought.upload else None
    context = {
        "topics": topics(station.store),
        "topic": brought.form.chu_de,
        "brought": brought,
        "form": brought.form,
        "bulletin": bulletin,
        "length": "" if found is None else length_of_seconds(found.seconds),
        "act_kinds": ACT_KINDS,
        "opened": False,
    }
    return page(request, "ghi_am.html", context, error=error)
