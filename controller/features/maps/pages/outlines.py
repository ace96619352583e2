"""Ranh giới: the outlines of the map; an administrator imports or removes them."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import TheStation
from controller.features.accounts.upload_forms import Ruler, SentByRuler
from controller.features.maps.outlines import communes_to_outline, edition_of, lacking, remove_outlines
from controller.features.maps.uploads import bring_outlines
from controller.http.render import page
from controller.http.station import Station
from controller.model.limits import LARGEST_OUTLINES

router = APIRouter(prefix="/ban-do/ranh-gioi")
_PLACE = "/ban-do/ranh-gioi"
_DONE = {
    "nhap": "Đã nhập ranh giới. Bản đồ vẽ theo ranh giới này.",
    "bo": "Đã bỏ ranh giới. Bản đồ lại là hình sơ lược.",
}


@router.get("")
def show(request: Request, station: TheStation, _viewer: Ruler, xong: str = "") -> Response:
    """Show the source of the map's outlines."""
    return _page(request, station, done=_DONE.get(xong, ""))


@router.post("")
def bring(request: Request, station: TheStation, viewer: Ruler, sent: SentByRuler) -> Response:
    """Import the uploaded file, or show what is wrong with it; a file is never stored partly."""
    try:
        bring_outlines(station.store, sent.file, name=sent.name, by=viewer.operator, now=station.now())
    except LoaError as error:
        return _page(request, station, error=error)
    return RedirectResponse(f"{_PLACE}?xong=nhap", 303)


@router.post("/bo")
def remove(request: Request, station: TheStation, viewer: Ruler) -> Response:
    """Remove the outlines: the map is a sketch again."""
    try:
        remove_outlines(station.store, by=viewer.operator, now=station.now())
    except LoaError as error:
        return _page(request, station, error=error)
    return RedirectResponse(f"{_PLACE}?xong=bo", 303)


def _page(request: Request, station: Station, *, done: str = "", error: LoaError | None = None) -> Response:
    edition = edition_of(station.store)
    context = {
        "edition": edition,
        "communes": len(communes_to_outline(station.store)),
        "lacking": lacking(station.store) if edition else [],
        "most_megabytes": LARGEST_OUTLINES // 1_000_000,
        "done": done,
    }
    return page(request, "ranh_gioi.html", context, error=error)
