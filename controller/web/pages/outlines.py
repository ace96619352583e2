"""Ranh giới: what the map is drawn from; an administrator imports outlines, or removes them."""

import threading
from collections.abc import Mapping
from typing import BinaryIO

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.areas.geojson import LARGEST_OUTLINES
from controller.areas.outlines import (
    Commune,
    Prepared,
    communes_to_outline,
    edition_of,
    keep_outlines,
    lacking,
    prepare_outlines,
    remove_outlines,
)
from controller.errors import BadInput, Busy, LoaError
from controller.web.errors import status_of
from controller.web.render import page
from controller.web.station import Station
from controller.web.uploads import Ruler, SentByRuler
from controller.web.viewer import TheStation
from devices.messages import AreaCode

router = APIRouter(prefix="/ban-do/ranh-gioi")
_preparing = threading.Lock()
_PLACE = "/ban-do/ranh-gioi"
_DONE = {
    "nhap": "Đã nhập ranh giới. Bản đồ vẽ theo ranh giới này.",
    "bo": "Đã bỏ ranh giới. Bản đồ lại là hình sơ lược.",
}


@router.get("")
def show(request: Request, station: TheStation, _viewer: Ruler, xong: str = "") -> Response:
    """Show what the map is drawn from."""
    return _page(request, station, done=_DONE.get(xong, ""))


@router.post("")
def bring(request: Request, station: TheStation, viewer: Ruler, sent: SentByRuler) -> Response:
    """Draw the map from the file that is sent, or say what is wrong with it; nothing is kept half."""
    try:
        if sent.file is None:
            raise BadInput("Hãy chọn một tệp GeoJSON rồi bấm lại.", code="map.nothing")
        with station.store.read() as session:
            communes = communes_to_outline(session)
        prepared = _prepared(sent.file, sent.name, communes)
        with station.store.write() as session:
            keep_outlines(session, prepared, by=viewer.operator, now=station.now())
    except LoaError as error:
        return _page(request, station, error=error)
    return RedirectResponse(f"{_PLACE}?xong=nhap", 303)


def _prepared(file: BinaryIO, name: str, communes: Mapping[AreaCode, Commune]) -> Prepared:
    """Return what the file brings; one at a time, since a fine one takes seconds and 100 MB."""
    if not _preparing.acquire(blocking=False):
        raise Busy("Đang nhập một tệp ranh giới khác. Hãy đợi một phút rồi thử lại.", code="map.busy")
    try:
        return prepare_outlines(file.read(LARGEST_OUTLINES + 1), communes, file=name)
    finally:
        _preparing.release()


@router.post("/bo")
def remove(request: Request, station: TheStation, viewer: Ruler) -> Response:
    """Draw the map as a sketch again."""
    try:
        with station.store.write() as session:
            remove_outlines(session, by=viewer.operator, now=station.now())
    except LoaError as error:
        return _page(request, station, error=error)
    return RedirectResponse(f"{_PLACE}?xong=bo", 303)


def _page(request: Request, station: Station, *, done: str = "", error: LoaError | None = None) -> Response:
    with station.store.read() as session:
        edition = edition_of(session)
        context = {
            "edition": edition,
            "communes": len(communes_to_outline(session)),
            "lacking": lacking(session) if edition else [],
            "most_megabytes": LARGEST_OUTLINES // 1_000_000,
            "done": done,
            "fault": error.sentence if error else "",
        }
    return page(request, "ranh_gioi.html", context, status=status_of(error) if error else 200)
