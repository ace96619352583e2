"""Recordings for programs: the bytes, by digest."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from controller.api.refusals import refusals
from controller.web.pages.recordings import serve
from controller.web.viewer import Signed, TheStation
from devices.messages import DIGEST_PATTERN

router = APIRouter(prefix="/recordings", tags=["bulletins"])


@router.get(
    "/{recording}",
    response_class=FileResponse,
    responses={**refusals(401, 404, 422), 200: {"content": {"audio/mpeg": {}}, "description": "The MP3."}},
)
def listen(
    request: Request,
    station: TheStation,
    viewer: Signed,
    recording: Annotated[str, Path(pattern=DIGEST_PATTERN)],
) -> Response:
    """Return the MP3; a person who is served one may approve it afterwards, a token's program may not."""
    return serve(request, station, viewer, recording)
