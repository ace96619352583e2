"""A recording to listen to, by its digest; browsers may ask for a part of it. Who was served is noted."""

import re
from threading import Lock
from typing import Annotated

from fastapi import APIRouter, Form, Path
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.bulletins.listening_proof import Span, is_news, note_served
from controller.features.bulletins.operations import note_heard
from controller.http.render import fragment
from controller.http.sounds import named, recording_file
from controller.http.station import Station
from devices.ids import RecordingId as WireRecordingId
from devices.wire_types import DIGEST_PATTERN
from tts.recordings import RecordingId
from tts.sidecar import peaks_of

router = APIRouter()
_DRAWING = Lock()
_FROM_THE_START = re.compile(r"bytes=0-(?P<last>\d{0,12})")
_SPAN = re.compile(r"(\d{1,9})-(\d{1,9})")
LONGEST_SPANS = 4_000
"""Letters of the played stretches in one form: two hundred of them."""
_HEADERS = {"Cache-Control": "private, max-age=3600"}
"""It is named by its digest: the content never changes, but each browser must ask again for permission."""
WHOLE: list[Span] = [(0, 10**9)]
"""All of any recording."""


@router.get("/tep/{recording}.mp3")
def listen(visit: SignedVisit, recording: Annotated[str, Path(pattern=DIGEST_PATTERN)]) -> Response:
    """Return the bytes; every signed-in person may hear what will be public."""
    return serve(visit, recording)


@router.get("/tep/{recording}.opus")
def listen_small(visit: SignedVisit, recording: Annotated[str, Path(pattern=DIGEST_PATTERN)]) -> Response:
    """Return another coding of a recording; to have heard it is no proof of having heard the MP3."""
    path = recording_file(visit.station.recordings, recording)
    return FileResponse(path, media_type="audio/ogg", headers={**_HEADERS, **named(recording)})


def serve(visit: Visit, recording: str) -> Response:
    """Return the bytes, and note that this person was sent all of them: an approval requires it."""
    path = recording_file(visit.station.recordings, recording)
    known = WireRecordingId(recording)
    # a program with a token cannot listen, and a part is not the whole
    is_whole = visit.by.acts is None and asks_for_all(visit.request, path.stat().st_size)
    if is_whole and is_news(visit.store, visit.by, known):
        note_served(visit.store, known, **visit.stamp)
    return FileResponse(path, media_type="audio/mpeg", headers={**_HEADERS, **named(recording)})


@router.post("/tep/{recording}/da-nghe")
def played(
    visit: SignedVisit,
    recording: Annotated[str, Path(pattern=DIGEST_PATTERN)],
    da_phat: Annotated[str, Form(max_length=LONGEST_SPANS)] = "",
) -> Response:
    """Record what a player played, on a page where nothing is approved."""
    note_heard(visit, recording, spans_of(da_phat))
    return Response(status_code=204)


@router.get("/tep/{recording}/hinh-am")
def wave(visit: SignedVisit, recording: Annotated[str, Path(pattern=DIGEST_PATTERN)]) -> Response:
    """Return a drawing of the loudness over time; the player requests it when it becomes visible."""
    return wave_of(visit.station, recording)


def wave_of(station: Station, recording: str) -> HTMLResponse:
    """Return the drawing of a recording, or raise NotFound, Busy or Unavailable."""
    recording_file(station.recordings, recording)  # fetched before the turn, for which others wait
    with _DRAWING:  # decoding a long one takes seconds: one at a time, so that pages do not wait
        heights = peaks_of(station.recordings, RecordingId(recording))
    headers = {"Cache-Control": "private, max-age=86400"}
    return HTMLResponse(fragment("song_am.html", {"heights": heights}), headers=headers)


def asks_for_all(request: Request, size: int) -> bool:
    """Whether the whole file is asked for: players ask for all of it, open-ended or to its last byte."""
    wanted = request.headers.get("range")
    if wanted is None:
        return True
    found = _FROM_THE_START.fullmatch(wanted.replace(" ", ""))
    return found is not None and (not found["last"] or int(found["last"]) >= size - 1)


def spans_of(typed: str) -> list[Span]:
    """Return the stretches of a form field such as `0-1500,2000-3000`, in ms; invalid parts are skipped."""
    return [(int(start), int(end)) for start, end in _SPAN.findall(typed[:LONGEST_SPANS])]
