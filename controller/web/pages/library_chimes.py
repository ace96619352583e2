"""Thư viện, nhạc hiệu: an area's own opening and closing chime is brought, listened to, and taken back."""

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.bulletins.uploading import keep_upload
from controller.chimes.queries import get_chime, unknown_chime
from controller.chimes.tables import Chime, ChimeId, ChimePlace
from controller.chimes.usecases import MAY_CHOOSE, choose_chime, remove_chime
from controller.errors import BadInput, LoaError
from controller.web.pages.forms import need
from controller.web.pages.library import library_page
from controller.web.station import Station
from controller.web.uploads import Sent, TaughtForm, Teacher, sound_file
from controller.web.viewer import Signed, TheStation, Viewer
from devices.messages import AreaCode
from tts.found import found_in
from tts.uploads import UploadId

router = APIRouter(prefix="/thu-vien/nhac-hieu")


@router.post("")
def choose(request: Request, station: TheStation, viewer: Teacher, sent: TaughtForm) -> Response:
    """Keep the sound that was brought, and have it heard from now on."""
    try:
        _choose(station, viewer, sent)
    except LoaError as error:
        return library_page(request, station, viewer, error=error)
    return RedirectResponse("/thu-vien?xong=nhac#nhac-hieu", 303)


def _choose(station: Station, viewer: Viewer, sent: Sent) -> None:
    place, area = sent.first("cho"), AreaCode(sent.first("dia_ban") or viewer.scope.home)
    if place not in set(ChimePlace):
        raise BadInput("Hãy chọn nhạc hiệu mở đầu hay kết thúc.", code="chime.no-place")
    if area not in viewer.scope.by_code:
        raise BadInput("Không có địa bàn này.", code="area.unknown")
    need(viewer, MAY_CHOOSE, area)
    if sent.file is None:
        raise BadInput("Hãy chọn tệp nhạc hiệu (MP3, WAV, OGG, Opus hoặc M4A).", code="upload.none")
    upload = keep_upload(station.uploads, sent.file, as_chime=True)
    found = found_in(station.uploads, upload)
    if found is None:
        raise BadInput("Tệp nhạc hiệu vừa bị xóa. Hãy gửi lại.", code="upload.gone")
    with station.store.write() as session:
        choose_chime(
            session,
            ChimePlace(place),
            upload=upload,
            seconds=found.seconds,
            area=area,
            by=viewer.operator,
            now=station.now(),
        )


@router.get("/{chime_id}/nghe")
def listen(station: TheStation, viewer: Signed, chime_id: str) -> Response:
    """Answer with the sound as it was brought."""
    with station.store.read() as session:
        upload = UploadId(_seen(session, viewer, chime_id).upload)
    if not station.uploads.has(upload):
        raise unknown_chime()
    return sound_file(station, upload)


@router.post("/{chime_id}/bo")
def remove(station: TheStation, viewer: Signed, chime_id: str) -> Response:
    """Go back to what is heard without it."""
    with station.store.write() as session:
        own = _seen(session, viewer, chime_id).id
        remove_chime(session, own, by=viewer.operator, now=station.now())
    return RedirectResponse("/thu-vien?xong=bo-nhac#nhac-hieu", 303)


def _seen(session: Session, viewer: Viewer, chime_id: str) -> Chime:
    row = get_chime(session, ChimeId(chime_id))
    if row.area not in viewer.scope.hears:
        raise unknown_chime()
    return row
