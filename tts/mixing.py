"""Joins chimes, phrases and rests; the only module that uses pydub."""

import shutil
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from tts.brought import CHIME, evened
from tts.cache import read_phrase
from tts.codec import FULL_SCALE, SAMPLE_RATE, as_whole
from tts.engines import Sound
from tts.sections import AFTER_ALERT_MS, ALERT, CLOSING, OPENING, OwnChime, Piece, Recorded
from tts.sounds import alert_tone, closing_chime, opening_chime

with warnings.catch_warnings():
    if shutil.which("ffmpeg") is None:  # nothing here needs it
        warnings.filterwarnings("ignore", "Couldn't find ffmpeg", RuntimeWarning)
    # told when Python compiles pydub: before 3.12 as DeprecationWarning
    for kind in (SyntaxWarning, DeprecationWarning):
        warnings.filterwarnings("ignore", "invalid escape sequence", kind)
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    from pydub import AudioSegment

_WIDTH = 2
"""Bytes a sample: 16 bits are enough before the final gain."""
_SPEECH_DBFS = -20.0
_CHIME_DBFS = -23.0
_ALERT_DBFS = -14.0
"""Louder than speech, as far as the compressor lets it be: to be heard through wind and closed doors."""
_BUILT_IN = {
    OPENING: (opening_chime, _CHIME_DBFS),
    CLOSING: (closing_chime, _CHIME_DBFS),
    ALERT: (alert_tone, _ALERT_DBFS),
}
_GAIN_AT_MOST = 8.0
"""Decibels by which a phrase may be raised or lowered to sound as loud as its neighbours."""
_HEADROOM_DB = 0.5
_EDGE_MS = 8
"""Fade at both ends of a piece: a cut inside a wave would click."""


def mix(
    pieces: Iterable[Piece], scratch: Path | None = None, lengths: list[int] | None = None
) -> Iterator[NDArray[np.float32]]:
    """The pieces and their rests, mono at SAMPLE_RATE, one after the other; only one is in memory.

    Of a recorded sound a minute at a time; `scratch` is where one may be converted. `lengths` gets two
    numbers for each piece: the samples of its sound and of its rest. Raises FileNotFoundError when a phrase
    has left the cache, and what `evened` raises.
    """
    for piece in pieces:
        counted = 0
        for block in _sounded(piece, scratch):
            counted += len(block)
            yield block
        rest = _samples(AudioSegment.silent(duration=piece.rest_ms, frame_rate=SAMPLE_RATE))
        if len(rest):
            yield rest
        if lengths is not None:
            lengths += [counted, len(rest)]


def after_alert(blocks: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    """Yield the alert tone, its rest, and then the sound."""
    yield from mix([Piece(ALERT, AFTER_ALERT_MS)])
    yield from blocks


def _sounded(piece: Piece, scratch: Path | None) -> Iterator[NDArray[np.float32]]:
    if isinstance(piece.sound, Recorded):
        yield from evened(piece.sound.path, scratch or piece.sound.path.parent)
    elif isinstance(piece.sound, OwnChime):
        chime = _samples_of_chime(piece.sound.path, scratch)
        yield _samples(_levelled(_segment(chime), _CHIME_DBFS))
    elif isinstance(piece.sound, Path):
        phrase = _at_our_rate(read_phrase(piece.sound))
        yield _samples(_levelled(_segment(phrase), _SPEECH_DBFS))
    elif piece.sound:
        make, dbfs = _BUILT_IN[piece.sound]
        yield _samples(_levelled(_segment(make(SAMPLE_RATE)), dbfs))


def _samples_of_chime(path: Path, scratch: Path | None) -> NDArray[np.float32]:
    # a directory of its own: the sections with both chimes may be mixed at the same time
    with tempfile.TemporaryDirectory(dir=scratch or path.parent) as own:
        return np.concatenate(list(evened(path, Path(own), CHIME)))


def _samples(segment: Any) -> NDArray[np.float32]:
    return np.asarray(np.frombuffer(segment.raw_data, "<i2") / np.float32(FULL_SCALE), np.float32)


def _segment(samples: NDArray[np.float32]) -> Any:
    return AudioSegment(
        data=as_whole(samples).tobytes(), sample_width=_WIDTH, frame_rate=SAMPLE_RATE, channels=1
    )


def _levelled(segment: Any, dbfs: float) -> Any:
    """The segment brought to the mean level, as far as its peaks allow, with soft edges."""
    gain = min(max(dbfs - segment.dBFS, -_GAIN_AT_MOST), _GAIN_AT_MOST)
    gain = min(gain, -segment.max_dBFS - _HEADROOM_DB)
    return segment.apply_gain(gain).fade_in(_EDGE_MS).fade_out(_EDGE_MS)


def _at_our_rate(sound: Sound) -> NDArray[np.float32]:
    if sound.sample_rate == SAMPLE_RATE:
        return sound.samples
    return np.asarray(soxr.resample(sound.samples, sound.sample_rate, SAMPLE_RATE), np.float32)
