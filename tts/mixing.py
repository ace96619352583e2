"""Joins chimes, phrases and rests; the only module that uses pydub."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tts.brought import CHIME, evened
from tts.cache import read_phrase
from tts.codec import FULL_SCALE, SAMPLE_RATE, as_whole
from tts.engines import Sound
from tts.sounds import closing_chime, opening_chime

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OPENING, CLOSING = "opening", "closing"
_WIDTH = 2
"""Bytes a sample: 16 bits are enough before the final gain."""
_SPEECH_DBFS = -20.0
_CHIME_DBFS = -23.0
_GAIN_AT_MOST = 8.0
"""Decibels by which a phrase may be raised or lowered to sound as loud as its neighbours."""
_HEADROOM_DB = 0.5
_SECTION_PIECES = 8
"""About a minute; handing out shorter sections would take longer than mixing them."""
_PARTING_MS = 400
_EDGE_MS = 8
"""Fade at both ends of a piece: a cut inside a wave would click."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A sound file of any form that is heard whole."""

    path: Path


@dataclass(frozen=True, slots=True)
class OwnChime:
    """A sound file that is heard in place of a built-in chime, as loud as that one is."""

    path: Path


@dataclass(frozen=True, slots=True)
class Piece:
    """A phrase in the cache, a recorded sound or a chime, and the rest after it."""

    sound: Path | Recorded | OwnChime | str
    """Path of a phrase, a recorded sound, an own chime, OPENING or CLOSING; "" is nothing but the rest."""
    rest_ms: int


def sections(pieces: Sequence[Piece]) -> list[Sequence[Piece]]:
    """The pieces in sections of about a minute that can be mixed separately and joined inaudibly.

    They are split at rests that are long enough for the filters and the compressor to settle.
    """
    begins = [0]
    for end in range(1, len(pieces)):
        if end - begins[-1] >= _SECTION_PIECES and pieces[end - 1].rest_ms >= _PARTING_MS:
            begins.append(end)
    return [pieces[begin:end] for begin, end in pairwise([*begins, len(pieces)])]


def mix(
    pieces: Iterable[Piece], scratch: Path | None = None, lengths: list[int] | None = None
) -> Iterator[NDArray[np.float32]]:
    """The pieces and their rests, mono at SAMPLE_RATE, one after the other; only one is in memory.

    Of a recorded sound a minute at a time; `scratch` is where one may be converted. `lengths` gets two
    numbers for each piece: the samples of its sound and of its rest. Raises FileNotFoundError when a phrase
    has left the cache, and what `evened` raises.
    """
    audio = _audio_segment()
    for piece in pieces:
        counted = 0
        for block in _sounded(audio, piece, scratch):
            counted += len(block)
            yield block
        rest = _samples(audio.silent(duration=piece.rest_ms, frame_rate=SAMPLE_RATE))
        if len(rest):
            yield rest
        if lengths is not None:
            lengths += [counted, len(rest)]


def _sounded(audio: Any, piece: Piece, scratch: Path | None) -> Iterator[NDArray[np.float32]]:
    if isinstance(piece.sound, Recorded):
        yield from evened(piece.sound.path, scratch or piece.sound.path.parent)
    elif isinstance(piece.sound, OwnChime):
        chime = _samples_of_chime(piece.sound.path, scratch)
        yield _samples(_levelled(_segment(audio, chime), _CHIME_DBFS))
    elif isinstance(piece.sound, Path):
        phrase = _at_our_rate(read_phrase(piece.sound))
        yield _samples(_levelled(_segment(audio, phrase), _SPEECH_DBFS))
    elif piece.sound:
        chime = (opening_chime if piece.sound == OPENING else closing_chime)(SAMPLE_RATE)
        yield _samples(_levelled(_segment(audio, chime), _CHIME_DBFS))


def _samples_of_chime(path: Path, scratch: Path | None) -> NDArray[np.float32]:
    import numpy as np

    # a directory of its own: the sections with both chimes may be mixed at the same time
    with tempfile.TemporaryDirectory(dir=scratch or path.parent) as own:
        return np.concatenate(list(evened(path, Path(own), CHIME)))


def _samples(segment: Any) -> NDArray[np.float32]:
    import numpy as np

    return np.asarray(np.frombuffer(segment.raw_data, "<i2") / np.float32(FULL_SCALE), np.float32)


def _audio_segment() -> Any:
    """Pydub's AudioSegment, imported without its warning that ffmpeg is missing: nothing here needs it."""
    with warnings.catch_warnings():
        if shutil.which("ffmpeg") is None:
            warnings.filterwarnings("ignore", "Couldn't find ffmpeg", RuntimeWarning)
        # told when Python compiles pydub: before 3.12 as DeprecationWarning
        for kind in (SyntaxWarning, DeprecationWarning):
            warnings.filterwarnings("ignore", "invalid escape sequence", kind)
        warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
        from pydub import AudioSegment
    return AudioSegment


def _segment(audio: Any, samples: NDArray[np.float32]) -> Any:
    return audio(data=as_whole(samples).tobytes(), sample_width=_WIDTH, frame_rate=SAMPLE_RATE, channels=1)


def _levelled(segment: Any, dbfs: float) -> Any:
    """The segment brought to the mean level, as far as its peaks allow, with soft edges."""
    gain = min(max(dbfs - segment.dBFS, -_GAIN_AT_MOST), _GAIN_AT_MOST)
    gain = min(gain, -segment.max_dBFS - _HEADROOM_DB)
    return segment.apply_gain(gain).fade_in(_EDGE_MS).fade_out(_EDGE_MS)


def _at_our_rate(sound: Sound) -> NDArray[np.float32]:
    if sound.sample_rate == SAMPLE_RATE:
        return sound.samples
    import numpy as np
    import soxr

    return np.asarray(soxr.resample(sound.samples, sound.sample_rate, SAMPLE_RATE), np.float32)
