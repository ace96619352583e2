"""A recording to listen to, by its digest; browsers may ask for a part of it."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import FileResponse, Response

from controller.errors import NotFound
from controller.web.viewer import Signed, TheStation
from devices.messages import DIGEST_PATTERN
from tts.recordings import RecordingId

router = APIRouter()


@router.get("/tep/{recording}.mp3")
def listen(
    station: TheStation, viewer: Signed, recording: Annotated[str, Path(pattern=DIGEST_PATTERN)]
) -> Response:
    """Answer with the bytes: whoever is signed in may hear what everybody will hear."""
    del viewer
    path = station.recordings.path(RecordingId(recording))
    if not path.is_file():
        raise NotFound("Tệp âm thanh này không còn trên máy chủ.", code="recording.unknown")
    # named by content: it never changes, but whether one may hear it is asked again in each browser
    headers = {"Cache-Control": "private, max-age=3600"}
    return FileResponse(path, media_type="audio/mpeg", headers=headers)
