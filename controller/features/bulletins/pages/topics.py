"""Chủ đề: the province's list of what bulletins are about, and the topic of one bulletin."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.bulletins.topics import (
    add_topic,
    bring_back_topic,
    end_topic,
    rename_topic,
    set_topic,
    topics,
)
from controller.http.render import page
from controller.model.base import ID_LENGTH
from controller.model.permissions import Act

router = APIRouter()
_PLACE = "/chu-de"

Name = Annotated[str, Form(max_length=300)]


@router.get("/chu-de")
def show(visit: SignedVisit) -> Response:
    """Show the list."""
    return _page(visit)


@router.post("/chu-de")
def add(visit: SignedVisit, ten: Name = "") -> Response:
    """Put a topic on the list."""
    return _changed(visit, add_topic, ten)


@router.post("/chu-de/{code}/ten")
def rename(visit: SignedVisit, code: str, ten: Name = "") -> Response:
    """Give a topic another name."""
    return _changed(visit, rename_topic, code, ten)


@router.post("/chu-de/{code}/thoi")
def end(visit: SignedVisit, code: str) -> Response:
    """Stop offering a topic."""
    return _changed(visit, end_topic, code)


@router.post("/chu-de/{code}/dung-lai")
def bring_back(visit: SignedVisit, code: str) -> Response:
    """Offer a stopped topic again."""
    return _changed(visit, bring_back_topic, code)


@router.post("/ban-tin/{bulletin_id}/chu-de")
def choose(
    visit: SignedVisit, bulletin_id: str, chu_de: Annotated[str, Form(max_length=ID_LENGTH)] = ""
) -> Response:
    """Say what a bulletin is about."""
    set_topic(visit.store, bulletin_id, chu_de, **visit.stamp)
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong=chu-de", 303)


def _changed(visit: Visit, change: Callable[..., Any], *asked: str) -> Response:
    visit.viewer.need_province(Act.RULE)
    try:
        change(visit.store, *asked, **visit.stamp)
    except LoaError as error:
        return _page(visit, error=error)
    return RedirectResponse(_PLACE, 303)


def _page(visit: Visit, error: LoaError | None = None) -> Response:
    context = {
        "topics": topics(visit.store, everything=True),
        "may_rule": visit.viewer.may_in_province(Act.RULE),
    }
    return page(visit.request, "chu_de.html", context, error=error)
