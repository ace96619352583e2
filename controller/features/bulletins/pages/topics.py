"""Chủ đề: the province's list of what bulletins are about, and the topic of one bulletin."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.accounts.page_permissions import need_province
from controller.features.accounts.viewer import Viewer
from controller.features.bulletins.topics import (
    add_topic,
    bring_back_topic,
    end_topic,
    rename_topic,
    set_topic,
    topics,
)
from controller.http.render import page
from controller.http.station import Station
from controller.model.base import ID_LENGTH
from controller.model.permissions import Act

router = APIRouter()
_PLACE = "/chu-de"

Name = Annotated[str, Form(max_length=300)]


@router.get("/chu-de")
def show(request: Request, station: TheStation, viewer: Signed) -> Response:
    """Show the list."""
    return _page(request, station, viewer)


@router.post("/chu-de")
def add(request: Request, station: TheStation, viewer: Signed, ten: Name = "") -> Response:
    """Put a topic on the list."""
    return _changed(request, station, viewer, add_topic, ten)


@router.post("/chu-de/{code}/ten")
def rename(request: Request, station: TheStation, viewer: Signed, code: str, ten: Name = "") -> Response:
    """Give a topic another name."""
    return _changed(request, station, viewer, rename_topic, code, ten)


@router.post("/chu-de/{code}/thoi")
def end(request: Request, station: TheStation, viewer: Signed, code: str) -> Response:
    """Stop offering a topic."""
    return _changed(request, station, viewer, end_topic, code)


@router.post("/chu-de/{code}/dung-lai")
def bring_back(request: Request, station: TheStation, viewer: Signed, code: str) -> Response:
    """Offer a stopped topic again."""
    return _changed(request, station, viewer, bring_back_topic, code)


@router.post("/ban-tin/{bulletin_id}/chu-de")
def choose(
    station: TheStation,
    viewer: Signed,
    bulletin_id: str,
    chu_de: Annotated[str, Form(max_length=ID_LENGTH)] = "",
) -> Response:
    """Say what a bulletin is about."""
    set_topic(station.store, bulletin_id, chu_de, by=viewer.operator, now=station.now())
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong=chu-de", 303)


def _changed(
    request: Request, station: Station, viewer: Viewer, change: Callable[..., Any], *asked: str
) -> Response:
    need_province(viewer, Act.RULE)
    try:
        change(station.store, *asked, by=viewer.operator, now=station.now())
    except LoaError as error:
        return _page(request, station, viewer, error=error)
    return RedirectResponse(_PLACE, 303)


def _page(request: Request, station: Station, viewer: Viewer, error: LoaError | None = None) -> Response:
    context = {"topics": topics(station.store, everything=True), "may_rule": viewer.may_in_province(Act.RULE)}
    return page(request, "chu_de.html", context, error=error)
