"""Recordings for programs: the bytes, by digest."""

from typing import Annotated

from fastapi import Path
from starlette.responses import FileResponse, Response

from controller.features.accounts.dependencies import SignedVisit
from controller.features.bulletins.operations import note_heard
from controller.features.bulletins.pages.recordings import serve
from controller.features.bulletins.schemas import HeardShown, Played
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from devices.wire_types import DIGEST_PATTERN

router = json_router(prefix="/recordings", tags=["bulletins"])


@router.get(
    "/{recording}",
    response_class=FileResponse,
    responses={**refusals(401, 404, 422), 200: {"content": {"audio/mpeg": {}}, "description": "The MP3."}},
)
def listen(visit: SignedVisit, recording: Annotated[str, Path(pattern=DIGEST_PATTERN)]) -> Response:
    """Return the MP3; report what a person plays of it to `/played` (not with a token)."""
    return serve(visit, recording)


@router.post("/{recording}/played", responses=refusals(401, 422))
def played(
    visit: SignedVisit, recording: Annotated[str, Path(pattern=DIGEST_PATTERN)], asked: Played
) -> HeardShown:
    """Record what a person's player played; return all that they played; an approval requires it.

    It is a claim: more than twice the time since the recording was fetched is not counted, and what counts
    is journaled with the approval.
    """
    return HeardShown.of(note_heard(visit, recording, asked.spans))
