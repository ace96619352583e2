"""Which coding of an approved recording a node plays; docs/protocol.md, "Renditions"."""

from collections.abc import Iterable
from typing import TypeVar

from devices.ids import RecordingId
from devices.messages import MP3, Capabilities, Kept, PlannedAiring
from devices.statements import Rendition

P = TypeVar("P", PlannedAiring, Kept)


def taken(one: P, renditions: Iterable[Rendition], can: Capabilities, *, is_metered: bool) -> P:
    """Return a planned airing, or an entry to keep, with the recording that this node plays."""
    recording = chosen(one.recording, renditions, can, is_metered=is_metered)
    return one if recording == one.recording else one.model_copy(update={"recording": recording})


def chosen(
    recording: RecordingId, renditions: Iterable[Rendition], can: Capabilities, *, is_metered: bool
) -> RecordingId:
    """Return what a node fetches and plays where a plan names `recording`, which is MP3.

    On a metered link the smallest that it can play; else `recording`, if it plays MP3, or the smallest of
    the others. What it cannot play at all it refuses as it does `recording`.
    """
    if not is_metered and MP3 in can.codecs:
        return recording
    fitting = [one for one in renditions if can.why_not(one.codec, one.size) is None]
    return min(fitting, key=lambda one: (one.size, one.recording)).recording if fitting else recording
