"""Brings a recording to the requested loudness below the allowed peak, and measures the result."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tts.codec import decoded_blocks, encode_mp3
from tts.loudness import SILENT_LUFS, Level, Meter
from tts.profile import Profile, limited
from tts.stretches import Stretches

Block = TypeVar("Block")


def ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """Yield the same blocks in the same order, each computed in a thread, at most one ahead.

    Exceptions of the computation are raised here. It helps where the work is done outside of Python: NumPy,
    LAME, libsndfile and soxr release the interpreter's lock.
    """
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = maker.submit(next, blocks, None)
            yield block


Whole = NDArray[np.int16]


_LOUDNESS_WITHIN = 0.2
_PEAK_RESERVE = 0.05
_FIRST_CEILING_RESERVE = 1.5
"""Decibels that MP3 at 48 kbit/s typically adds to a limited peak."""
_CODEC_LOSS_LU = 0.35
"""LU by which MP3 encoding makes speech softer."""
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Mastered:
    """The MP3 and what was measured on it after decoding."""

    content: bytes
    level: Level
    samples: int
    silent_seconds: float
    clipped_seconds: float
    gain: float
    ceiling: float
    """With which it was made: other codings of the same sound use them too."""


def mastered(
    whole: Whole,
    profile: Profile,
    *,
    loudness_lufs: float,
    true_peak_dbtp: float,
    bitrate_kbps: int,
    on_round: Callable[[int], None] = lambda _: None,
) -> Mastered:
    """Encode the sound as MP3 with the requested loudness, below the allowed peak, measured after decoding.

    `whole` holds 16 bits a sample and may be a memory map. Gain and limiter are found from its profile,
    so that one encoding mostly does; where the decoded MP3 does not fit, they are corrected by what was
    measured. The peak goes before the loudness.
    """
    wanted, ceiling = loudness_lufs + _CODEC_LOSS_LU, true_peak_dbtp - _FIRST_CEILING_RESERVE
    best: Mastered | None = None
    for number in range(1, _ROUNDS + 1):
        gain = profile.gain_for(wanted, 10 ** (ceiling / 20))
        blocks = ahead(limited(whole, profile, gain, ceiling))
        content = encode_mp3(blocks, profile.sample_rate, bitrate_kbps)
        found = _judged(content, profile.sample_rate, gain, ceiling)
        best = _better(best, found, loudness_lufs, true_peak_dbtp)
        on_round(number)
        level = found.level
        too_quiet = loudness_lufs - level.lufs if level.lufs > SILENT_LUFS else 0.0
        too_high = level.dbtp - true_peak_dbtp
        if too_high <= 0 and abs(too_quiet) <= _LOUDNESS_WITHIN:
            break
        wanted += too_quiet
        ceiling -= too_high + _PEAK_RESERVE if too_high > 0 else 0.0
    assert best is not None
    return best


def _judged(content: bytes, sample_rate: int, gain: float, ceiling: float) -> Mastered:
    """The MP3 with what a listener gets from it."""
    meter, found = Meter(sample_rate), Stretches(sample_rate)
    for block in ahead(decoded_blocks(content)):
        meter.add(block)
        found.add(block)
    return Mastered(content, meter.level(), meter.samples, found.silent, found.clipped, gain, ceiling)


def _better(best: Mastered | None, found: Mastered, lufs: float, dbtp: float) -> Mastered:
    """The one of two that keeps the peak and comes nearer to the loudness."""

    def faults(one: Mastered) -> tuple[float, float]:
        return max(0.0, one.level.dbtp - dbtp), abs(one.level.lufs - lufs)

    return found if best is None or faults(found) < faults(best) else best
