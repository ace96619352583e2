"""Thư viện, nhạc hiệu: an area's own opening and closing chime is brought, listened to, and taken back."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError
from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.accounts.upload_forms import TaughtForm, Teacher
from controller.features.accounts.viewer import Viewer
from controller.features.chimes.page_queries import chime_sound
from controller.features.chimes.service import bring_chime, place_named, remove_chime
from controller.features.library.pages.library import library_page
from controller.http.station import Station
from controller.http.uploads import Sent, sound_file
from devices.ids import AreaCode

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
    place, area = place_named(sent.first("cho")), AreaCode(sent.first("dia_ban") or viewer.scope.home)
    if area not in viewer.scope.by_code:
        raise BadInput("Không có địa bàn này.", code="area.unknown")
    bring_chime(
        station.store, station.uploads, sent.file, place, area=area, by=viewer.operator, now=station.now()
    )


@router.get("/{chime_id}/nghe")
def listen(station: TheStation, viewer: Signed, chime_id: str) -> Response:
    """Answer with the sound as it was brought."""
    return sound_file(station, chime_sound(station, viewer, chime_id))


@router.post("/{chime_id}/bo")
def remove(station: TheStation, viewer: Signed, chime_id: str) -> Response:
    """Go back to what is heard without it."""
    remove_chime(station.store, chime_id, by=viewer.operator, now=station.now())
    return RedirectResponse("/thu-vien?xong=bo-nhac#nhac-hieu", 303)
