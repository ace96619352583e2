"""Data about a recording: the time of each phrase, and the loudness over time.

Stored in small files beside the recording; they may be missing or damaged, and are made again when needed.
They have no digest: who can write into the store can change them, and the recording itself never.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from tts.codec import decoded_blocks
from tts.marks import Origin, origin_in_file
from tts.recordings import ORIGIN, PEAKS, PHRASES, RecordingId, RecordingStore
from tts.script import Line

if TYPE_CHECKING:  # numpy is loaded in processes that work on sound, not in the station
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")
_LOG = logging.getLogger(__name__)

POINTS = 240
"""Points of a drawing: as many as fit on a telephone's screen."""


@dataclass(frozen=True, slots=True)
class PhraseTime:
    """A phrase as it is spoken, heard from `start_ms` until `end_ms` of its recording."""

    start_ms: int
    end_ms: int
    text: str


def phrase_times(lines: Iterable[Line], lengths: Sequence[int], sample_rate: int) -> tuple[PhraseTime, ...]:
    """Return when each spoken line sounds; `lengths`: samples of each sound and each rest."""
    found, at = [], 0
    for number, line in enumerate(lines):
        sound, rest = lengths[2 * number], lengths[2 * number + 1]
        if line.text:
            ends = at + sound
            found.append(PhraseTime(at * 1000 // sample_rate, ends * 1000 // sample_rate, line.text))
        at += sound + rest
    return tuple(found)


def keep_phrases(store: RecordingStore, recording: RecordingId, phrases: Iterable[PhraseTime]) -> None:
    """Store when each phrase sounds; raises NoSpace or StoreAway."""
    told = json.dumps([astuple(one) for one in phrases], ensure_ascii=False)
    store.keep_beside(recording, PHRASES, told.encode())


def phrases_of(store: RecordingStore, recording: RecordingId) -> tuple[PhraseTime, ...]:
    """Return when each phrase sounds; empty where that is unknown. Raises StoreAway."""
    told = _known(store, recording, PHRASES, lambda rows: tuple(PhraseTime(*fields) for fields in rows))
    return told or ()


def keep_origin(store: RecordingStore, recording: RecordingId, origin: Origin) -> None:
    """Store whose voice a recording is, so that nobody reads it for that; raises NoSpace or StoreAway."""
    store.keep_beside(recording, ORIGIN, json.dumps(origin.value).encode())


def origin_of(store: RecordingStore, recording: RecordingId) -> Origin:
    """Return whose voice a recording is, by its own mark; looked for once, then kept.

    Raises FileNotFoundError when the recording is not kept, StoreAway, NoSpace.
    """
    told = _known(store, recording, ORIGIN, Origin)
    if told is not None:
        return told
    found = origin_in_file(store.file(recording))
    keep_origin(store, recording, found)
    return found


def peaks_of(store: RecordingStore, recording: RecordingId) -> tuple[int, ...]:
    """Return how loud each part is, 0 to 100 of the loudest; found by decoding once, then kept.

    Raises FileNotFoundError when the recording is not kept, UnknownSoundFormat or DamagedSound when it is
    damaged, StoreAway, NoSpace.
    """
    told = _known(store, recording, PEAKS, lambda levels: tuple(int(one) for one in levels))
    if told is not None:
        return told
    found = peaks(decoded_blocks(store.read(recording)))
    store.keep_beside(recording, PEAKS, json.dumps(found).encode())
    return found


def _known(store: RecordingStore, recording: RecordingId, kind: str, of: Callable[[Any], T]) -> T | None:
    """Return what a small file says; None where it is missing or damaged."""
    told = store.beside(recording, kind)
    if told is None:
        return None
    try:
        return of(json.loads(told))
    except (TypeError, ValueError):
        _LOG.warning("the file of the %s of recording %s is damaged", kind, recording)
        return None


def peaks(blocks: Iterable[NDArray[np.float32]], points: int = POINTS) -> tuple[int, ...]:
    """Return the highest level of so many equal parts, 0 to 100 of the loudest; fewer of a short sound."""
    import numpy as np

    fine = 1024
    levels = [
        float(np.abs(block[begin : begin + fine]).max())
        for block in blocks
        for begin in range(0, len(block), fine)
    ]
    loudest = max(levels, default=0.0)
    if not loudest:
        return ()
    points = min(points, len(levels))
    cuts = [number * len(levels) // points for number in range(points + 1)]
    return tuple(round(100 * max(levels[begin:end]) / loudest) for begin, end in pairwise(cuts))
