"""Ranh giới: the outlines of the map; an administrator imports or removes them."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import Visit
from controller.features.accounts.upload_forms import Ruler, SentByRuler
from controller.features.maps.outlines import communes_to_outline, edition_of, lacking, remove_outlines
from controller.features.maps.uploads import bring_outlines
from controller.http.render import page
from controller.model.limits import LARGEST_OUTLINES

router = APIRouter(prefix="/ban-do/ranh-gioi")
_PLACE = "/ban-do/ranh-gioi"
_DONE = {
    "nhap": "Đã nhập ranh giới. Bản đồ vẽ theo ranh giới này.",
    "bo": "Đã bỏ ranh giới. Bản đồ lại là hình sơ lược.",
}


@router.get("")
def show(visit: Ruler, xong: str = "") -> Response:
    """Show the source of the map's outlines."""
    return _page(visit, done=_DONE.get(xong, ""))


@router.post("")
def bring(visit: Ruler, sent: SentByRuler) -> Response:
    """Import the uploaded file, or show what is wrong with it; a file is never stored partly."""
    try:
        bring_outlines(visit.store, sent.file, name=sent.name, **visit.stamp)
    except LoaError as error:
        return _page(visit, error=error)
    return RedirectResponse(f"{_PLACE}?xong=nhap", 303)


@router.post("/bo")
def remove(visit: Ruler) -> Response:
    """Remove the outlines: the map is a sketch again."""
    try:
        remove_outlines(visit.store, **visit.stamp)
    except LoaError as error:
        return _page(visit, error=error)
    return RedirectResponse(f"{_PLACE}?xong=bo", 303)


def _page(visit: Visit, *, done: str = "", error: LoaError | None = None) -> Response:
    edition = edition_of(visit.store)
    context = {
        "edition": edition,
        "communes": len(communes_to_outline(visit.store)),
        "lacking": lacking(visit.store) if edition else [],
        "most_megabytes": LARGEST_OUTLINES // 1_000_000,
        "done": done,
    }
    return page(visit.request, "ranh_gioi.html", context, error=error)
