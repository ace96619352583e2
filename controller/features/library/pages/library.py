"""Thư viện: own words with samples to listen to, chimes, the voice, and the test of one loudspeaker."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError, NotFound
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.upload_forms import TaughtForm, Teacher
from controller.features.chimes.page_queries import chime_sound
from controller.features.chimes.service import bring_chime, place_named, remove_chime
from controller.features.lexicon.files import lexicon_file
from controller.features.lexicon.queries import lexicon_entries
from controller.features.lexicon.service import add_entry, remove_entry
from controller.features.library.page_queries import TypedTemplate, library_context
from controller.features.reading.previews import LONGEST_SAMPLE, checked_sample
from controller.features.speaker_tests.service import prepare_test
from controller.http.form_fields import SentId
from controller.http.render import page
from controller.http.uploads import Sent, sound_file
from controller.model.permissions import Act
from devices.ids import AreaCode
from tts.engines.voice_files import voice_records
from tts.normalization import read

router = APIRouter(prefix="/thu-vien")
Line = Annotated[str, Form(max_length=500)]
_DONE = {
    "them": "Đã thêm. Bản tin chờ duyệt có từ này sẽ được đọc lại.",
    "xoa": "Đã xóa.",
    "nhan": "Đã đưa vào từ điển. Bản tin chờ duyệt có từ này sẽ được đọc lại.",
    "bo": "Đã không nhận. Từ điển vẫn như cũ; người đề nghị được báo.",
    "nhac": "Đã đặt nhạc hiệu. Bản tin thu từ bây giờ dùng nhạc hiệu này; bản đã thu không đổi.",
    "bo-nhac": "Đã thôi dùng nhạc hiệu riêng. Bản tin đã thu không đổi.",
    "mau": "Đã lưu mẫu bản tin.",
    "xoa-mau": "Đã xóa mẫu. Bản tin đã tạo từ mẫu ấy vẫn giữ.",
}


@router.get("")
def show(
    visit: SignedVisit,
    *,
    thu: Annotated[str, Query(max_length=2000)] = "",
    xong: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show the words, the voice, and how a sentence would be read."""
    try:
        asked = checked_sample(thu) if thu else ""
    except BadInput as error:
        return library_page(visit, asked=thu, error=error)
    return library_page(visit, asked=asked, done=_DONE.get(xong, ""))


@router.get("/nghe.mp3")
def listen(visit: SignedVisit, chu: Annotated[str, Query(max_length=2000)] = "") -> Response:
    """Speak a sentence with the words of the person's area: bounded in length and rate."""
    text = checked_sample(chu)
    visit.tries.listens(visit.by.id)
    sound = visit.station.sample(text, visit.scope.home)
    headers = {"Cache-Control": "private, max-age=60"}
    return Response(sound, media_type="audio/mpeg", headers=headers)


@router.get("/tu-dien.csv")
def export(visit: SignedVisit) -> Response:
    """Give the words as a file for a spreadsheet."""
    return Response(
        lexicon_file(lexicon_entries(visit.store, visit.scope.hears)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="tu-dien.csv"'},
    )


@router.post("")
def add(visit: SignedVisit, *, viet: Line = "", doc: Line = "", dia_ban: SentId = "") -> Response:
    """Teach a word."""
    try:
        add_entry(visit, written=viet, spoken=doc, area=dia_ban, **visit.stamp)
    except LoaError as error:
        form = {"viet": viet, "doc": doc, "dia_ban": dia_ban}
        return library_page(visit, form=form, error=error)
    return RedirectResponse(f"/thu-vien?xong=them&thu={quote(viet[:LONGEST_SAMPLE])}#nghe-thu", 303)


@router.post("/{entry_id}/xoa")
def remove(visit: SignedVisit, entry_id: str) -> Response:
    """Remove a word; its entry stays as history."""
    try:
        remove_entry(visit, entry_id, **visit.stamp)
    except NotFound:
        raise
    except LoaError as error:
        return library_page(visit, error=error)
    return RedirectResponse("/thu-vien?xong=xoa", 303)


@router.post("/nhac-hieu")
def choose_chime(visit: Teacher, sent: TaughtForm) -> Response:
    """Keep the sound that was brought, and have it heard from now on."""
    try:
        _choose(visit, sent)
    except LoaError as error:
        return library_page(visit, error=error)
    return RedirectResponse("/thu-vien?xong=nhac#nhac-hieu", 303)


def _choose(visit: Visit, sent: Sent) -> None:
    place, area = place_named(sent.first("cho")), AreaCode(sent.first("dia_ban") or visit.scope.home)
    if area not in visit.scope.by_code:
        raise BadInput("Không có địa bàn này.", code="area.unknown")
    bring_chime(visit.store, visit.station.uploads, sent.file, place, area=area, **visit.stamp)


@router.get("/nhac-hieu/{chime_id}/nghe")
def listen_to_chime(visit: SignedVisit, chime_id: str) -> Response:
    """Answer with the sound as it was brought."""
    return sound_file(visit.station, chime_sound(visit, chime_id))


@router.post("/nhac-hieu/{chime_id}/bo")
def take_chime_back(visit: SignedVisit, chime_id: str) -> Response:
    """Go back to what is heard without it."""
    remove_chime(visit.store, chime_id, **visit.stamp)
    return RedirectResponse("/thu-vien?xong=bo-nhac#nhac-hieu", 303)


@router.post("/ban-thu")
def prepare_speaker_test(visit: SignedVisit) -> Response:
    """Draft the test text and hand it in for approval."""
    visit.viewer.need(Act.WRITE)
    try:
        speech = visit.station.speech
        bulletin = prepare_test(visit, **visit.stamp, speech=speech).id
    except LoaError as error:
        return library_page(visit, error=error)
    return RedirectResponse(f"/ban-tin/{bulletin}?xong=gui", 303)


def library_page(
    visit: Visit,
    *,
    asked: str = "",
    form: dict[str, str] | None = None,
    typed: TypedTemplate | None = None,
    error: LoaError | None = None,
    done: str = "",
) -> Response:
    """Show the whole page: with what was typed, and what is wrong with it or was done."""
    settings = visit.station.settings
    context = library_context(visit.store, visit, typed)
    is_read = asked and error is None
    context |= {
        "form": form or {"viet": "", "doc": "", "dia_ban": visit.scope.home},
        "asked": asked,
        "reading": read(asked, words=context["own_words"], region=settings.region) if is_read else None,
        "sample_address": f"/thu-vien/nghe.mp3?chu={quote(asked)}",
        "longest": LONGEST_SAMPLE,
        "voice": visit.station.speech,
        "region": {"north": "miền Bắc", "central": "miền Trung", "south": "miền Nam"}[settings.region],
        "added": voice_records(settings.voices_dir),
        "done": done,
    }
    return page(visit.request, "thu_vien.html", context, error=error)
