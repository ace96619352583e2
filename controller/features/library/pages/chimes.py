"""Thư viện, nhạc hiệu: an area's own opening and closing chime is brought, listened to, and taken back."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.upload_forms import TaughtForm, Teacher
from controller.features.chimes.page_queries import chime_sound
from controller.features.chimes.service import bring_chime, place_named, remove_chime
from controller.features.library.pages.library import library_page
from controller.http.uploads import Sent, sound_file
from devices.ids import AreaCode

router = APIRouter(prefix="/thu-vien/nhac-hieu")


@router.post("")
def choose(visit: Teacher, sent: TaughtForm) -> Response:
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
    bring_chime(visit.store, visit.station.uploads, sent.file, place, area=area, by=visit.by, now=visit.now())


@router.get("/{chime_id}/nghe")
def listen(visit: SignedVisit, chime_id: str) -> Response:
    """Answer with the sound as it was brought."""
    return sound_file(visit.station, chime_sound(visit, chime_id))


@router.post("/{chime_id}/bo")
def remove(visit: SignedVisit, chime_id: str) -> Response:
    """Go back to what is heard without it."""
    remove_chime(visit.store, chime_id, by=visit.by, now=visit.now())
    return RedirectResponse("/thu-vien?xong=bo-nhac#nhac-hieu", 303)
