"""Sounds that pages send: fetched to this machine first where they lie in a store on another one."""

from collections.abc import Callable
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final, TypeVar

from controller.errors import Busy, NotFound, Unavailable
from tts.errors import DamagedSound, NoSpace, StoreAway
from tts.recordings import RecordingId, RecordingStore
from tts.sidecar import PhraseTime, phrases_of
from tts.uploads import UploadId, UploadStore

T = TypeVar("T")

_AT_ONCE: Final = 4
"""Threads that may fetch: the others of the pages belong to those who need no sound."""
_WAIT_S: Final = 2.0
_FETCHING = BoundedSemaphore(_AT_ONCE)


def recording_file(store: RecordingStore, recording: str) -> Path:
    """Return a file with a recording's bytes; raises NotFound, Busy or Unavailable."""
    known = RecordingId(recording)
    return _fetched(lambda: store.is_local(known), lambda: store.file(known))


def upload_file(store: UploadStore, upload: UploadId) -> Path:
    """Return a file with an uploaded sound's bytes, likewise."""
    return _fetched(lambda: store.is_local(upload), lambda: store.file(upload))


def named(recording: str) -> dict[str, str]:
    """Return the head by which a player goes on with a part of the same bytes at another machine."""
    return {"ETag": f'"{recording}"'}


def unless_away(read: Callable[[], T], otherwise: T) -> T:
    """Return what is read, or something else where its store does not answer: the page shows the rest."""
    try:
        return read()
    except StoreAway:
        return otherwise


def phrases_shown(store: RecordingStore, recording: str | None) -> tuple[PhraseTime, ...]:
    """Return when each phrase of a recording sounds, for a page that can be shown without."""
    if not recording:
        return ()
    return unless_away(lambda: phrases_of(store, RecordingId(recording)), ())


def _fetched(is_local: Callable[[], bool], fetch: Callable[[], Path]) -> Path:
    try:
        if is_local():
            return fetch()
        if not _FETCHING.acquire(timeout=_WAIT_S):
            raise Busy(
                "Nhiều người đang mở âm thanh cùng lúc. Hãy thử lại sau vài giây.", code="recordings.busy"
            )
        try:
            return fetch()
        finally:
            _FETCHING.release()
    except FileNotFoundError as error:
        raise NotFound("Tệp âm thanh này không còn trên máy chủ.", code="recording.unknown") from error
    except (StoreAway, DamagedSound, NoSpace) as error:
        raise Unavailable(error.sentence, code=error.code) from error
