"""Forms with a file, taken once it is known that their sender may send them."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.accounts.queries import require
from controller.features.accounts.viewer import Viewer
from controller.features.areas.queries import top_area
from controller.http.uploads import Sent, Upload, file_taken, form_taken
from controller.model.permissions import Act


def _writer(station: TheStation, viewer: Signed) -> Viewer:
    """Let through who may write texts at all, before a byte of the file is taken."""
    with station.store.read() as session:
        require(session, viewer.operator, Act.WRITE, viewer.operator.area)
    return viewer


Writer = Annotated[Viewer, Depends(_writer)]


def _teacher(station: TheStation, viewer: Signed) -> Viewer:
    """Let through who may keep the words and chimes of an area, before a byte of the file is taken."""
    with station.store.read() as session:
        require(session, viewer.operator, Act.TEACH, viewer.operator.area)
    return viewer


Teacher = Annotated[Viewer, Depends(_teacher)]


def _ruler(station: TheStation, viewer: Signed) -> Viewer:
    """Let through who rules the whole province, before a byte of the file is taken."""
    with station.store.read() as session:
        require(session, viewer.operator, Act.RULE, top_area(session).code)
    return viewer


Ruler = Annotated[Viewer, Depends(_ruler)]


async def _uploaded(request: Request, _viewer: Writer) -> AsyncIterator[Upload]:
    async with file_taken(request) as upload:
        yield upload


Uploaded = Annotated[Upload, Depends(_uploaded, scope="function")]


async def _sent(request: Request, _viewer: Writer) -> AsyncIterator[Sent]:
    async with form_taken(request) as sent:
        yield sent


SentForm = Annotated[Sent, Depends(_sent, scope="function")]


async def _sent_by_teacher(request: Request, _viewer: Teacher) -> AsyncIterator[Sent]:
    async with form_taken(request) as sent:
        yield sent


TaughtForm = Annotated[Sent, Depends(_sent_by_teacher, scope="function")]
"""As SentForm, from whoever keeps the words and chimes of an area."""


async def _sent_by_ruler(request: Request, _viewer: Ruler) -> AsyncIterator[Sent]:
    async with form_taken(request) as sent:
        yield sent


SentByRuler = Annotated[Sent, Depends(_sent_by_ruler, scope="function")]
"""As SentForm, from whoever rules the whole province."""
