"""How loud a recording is, and making it as loud as asked without ever passing the peak allowed.

Loudness after ITU-R BS.1770-4 (K-weighting from pyloudnorm, gates after EBU R128), true peak at four times
the sample rate. Everything works block by block: an hour of speech takes no more memory than a minute.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tts.codec import FULL_SCALE, decoded_blocks, encode_mp3

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
    Whole = NDArray[np.int16]

OVERSAMPLING = 4
SILENT_LUFS = -70.0
_RELATIVE_GATE = -10.0
_BLOCK_OFFSET = -0.691
_HOP_SECONDS = 0.1
_HOPS_A_BLOCK = 4
_HIGH_PASS_HZ = 120.0
"""Below this a horn loudspeaker gives nothing but heat."""
_REACH_SECONDS = 0.012
"""The limiter begins to turn down so long before a peak and is back so long after it."""
_WORK_SECONDS = 10
_LOUDNESS_WITHIN = 0.2
_PEAK_RESERVE = 0.05
_FIRST_CEILING_RESERVE = 1.2
"""Decibels that MP3 at 48 kbit/s typically adds to a limited peak."""
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Level:
    """Integrated loudness in LUFS and true peak in dBTP; SILENT_LUFS when there is nothing to hear."""

    lufs: float
    dbtp: float


@dataclass(frozen=True, slots=True)
class Mastered:
    """The MP3 and what was measured on it after decoding."""

    content: bytes
    level: Level
    samples: int


class Meter:
    """Measures sound that arrives in blocks."""

    def __init__(self, sample_rate: int) -> None:
        import soxr

        self._rate = sample_rate
        self._hop = round(_HOP_SECONDS * sample_rate)
        self._filters = _k_weighting(sample_rate)
        self._states: list[Any] = [[0.0, 0.0] for _ in self._filters]
        self._oversampled = soxr.ResampleStream(sample_rate, OVERSAMPLING * sample_rate, 1, dtype="float32")
        self._rest: list[Any] = []
        self._hops: list[Any] = []
        self._peak = 0.0
        self.samples = 0

    def add(self, block: Samples) -> None:
        """Take the next samples in."""
        import numpy as np
        from scipy.signal import lfilter

        self.samples += len(block)
        self._peak = max(self._peak, _peak(block), _peak(self._oversampled.resample_chunk(block)))
        weighted = block.astype(np.float64)
        for place, (b, a) in enumerate(self._filters):
            weighted, self._states[place] = lfilter(b, a, weighted, zi=self._states[place])
        waiting = np.concatenate([*self._rest, weighted])
        whole = len(waiting) // self._hop * self._hop
        self._hops.append((waiting[:whole].reshape(-1, self._hop) ** 2).mean(axis=1))
        self._rest = [waiting[whole:]]

    def level(self) -> Level:
        """Loudness and true peak of all that was added; call it once, at the end."""
        import numpy as np

        tail = self._oversampled.resample_chunk(np.zeros(0, np.float32), last=True)
        peak = max(self._peak, _peak(tail))
        return Level(self._lufs(), 20 * math.log10(peak) if peak > 0 else SILENT_LUFS)

    def _lufs(self) -> float:
        import numpy as np

        hops = np.concatenate([np.zeros(0), *self._hops])
        if len(hops) < _HOPS_A_BLOCK:
            return SILENT_LUFS
        powers = np.lib.stride_tricks.sliding_window_view(hops, _HOPS_A_BLOCK).mean(axis=1)
        loudness = _BLOCK_OFFSET + 10 * np.log10(np.maximum(powers, 1e-12))
        audible = loudness > SILENT_LUFS
        if not audible.any():
            return SILENT_LUFS
        gate = _BLOCK_OFFSET + 10 * np.log10(powers[audible].mean()) + _RELATIVE_GATE
        heard = powers[audible & (loudness > gate)]
        return float(_BLOCK_OFFSET + 10 * np.log10(heard.mean()))


def measured(blocks: Iterable[Samples], sample_rate: int) -> tuple[Level, int]:
    """The level of the sound and how many samples it has."""
    meter = Meter(sample_rate)
    for block in blocks:
        meter.add(block)
    return meter.level(), meter.samples


def high_passed(blocks: Iterable[Samples], sample_rate: int) -> Iterator[Samples]:
    """The sound without what lies below the reach of a horn loudspeaker."""
    import numpy as np
    from scipy.signal import butter, sosfilt

    sections = butter(2, _HIGH_PASS_HZ, "highpass", fs=sample_rate, output="sos")
    state = np.zeros((len(sections), 2))
    for block in blocks:
        passed, state = sosfilt(sections, block, zi=state)
        yield np.asarray(passed, np.float32)


def limited(whole: Whole, gain: float, ceiling_dbtp: float, sample_rate: int) -> Iterator[Samples]:
    """The sound times `gain`, turned down around every true peak above the ceiling.

    `whole` (16 bits) may be a memory map: a few seconds of it are read at a time, with the neighbours on
    both sides that the limiter looks at, so that the result does not depend on where the blocks begin.
    """
    import numpy as np
    import soxr

    reach = round(_REACH_SECONDS * sample_rate)
    margin, step = 8 * reach, _WORK_SECONDS * sample_rate
    ceiling = 10 ** (ceiling_dbtp / 20)
    for begin in range(0, len(whole), step):
        first, last = max(0, begin - margin), min(len(whole), begin + step + margin)
        near = whole[first:last] * np.float32(gain / FULL_SCALE)
        fine = soxr.resample(near, sample_rate, OVERSAMPLING * sample_rate)
        turned = near * _gains(near, fine, ceiling, reach)
        yield turned[begin - first : begin - first + min(step, len(whole) - begin)]


def _gains(near: Samples, fine: Samples, ceiling: float, reach: int) -> Samples:
    """For each sample the factor that keeps it and its inter-sample peaks below the ceiling."""
    import numpy as np
    from scipy.ndimage import maximum_filter1d, minimum_filter1d, uniform_filter1d

    padded = np.zeros(len(near) * OVERSAMPLING, np.float32)
    padded[: len(fine)] = np.abs(fine[: len(padded)])
    around = maximum_filter1d(padded.reshape(-1, OVERSAMPLING).max(axis=1), 3)
    peaks = np.maximum(around, np.abs(near))
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    held = minimum_filter1d(needed, 2 * reach + 1)
    return np.asarray(uniform_filter1d(held, 2 * reach + 1), np.float32)


def mastered(
    whole: Whole,
    sample_rate: int,
    *,
    loudness_lufs: float,
    true_peak_dbtp: float,
    bitrate_kbps: int,
    on_round: Callable[[int], None] = lambda _: None,
) -> Mastered:
    """The sound as MP3, as loud as asked and nowhere above the peak allowed, judged after decoding.

    `whole` holds 16 bits a sample and may be a memory map. Gain and limiter are corrected by
    what was measured until both fit; the peak goes before the loudness.
    """
    before, _ = measured(_floats(whole, _WORK_SECONDS * sample_rate), sample_rate)
    gain_db = loudness_lufs - before.lufs if before.lufs > SILENT_LUFS else 0.0
    ceiling = true_peak_dbtp - _FIRST_CEILING_RESERVE
    best: Mastered | None = None
    for number in range(1, _ROUNDS + 1):
        gain = 10 ** (gain_db / 20)
        content = encode_mp3(limited(whole, gain, ceiling, sample_rate), sample_rate, bitrate_kbps)
        level, samples = measured(decoded_blocks(content), sample_rate)
        found = Mastered(content, level, samples)
        best = _better(best, found, loudness_lufs, true_peak_dbtp)
        on_round(number)
        too_quiet = loudness_lufs - level.lufs if level.lufs > SILENT_LUFS else 0.0
        too_high = level.dbtp - true_peak_dbtp
        if too_high <= 0 and abs(too_quiet) <= _LOUDNESS_WITHIN:
            break
        gain_db += too_quiet
        ceiling -= too_high + _PEAK_RESERVE if too_high > 0 else 0.0
    assert best is not None
    return best


def _better(best: Mastered | None, found: Mastered, lufs: float, dbtp: float) -> Mastered:
    """The one of two that keeps the peak and comes nearer to the loudness."""

    def faults(one: Mastered) -> tuple[float, float]:
        return max(0.0, one.level.dbtp - dbtp), abs(one.level.lufs - lufs)

    return found if best is None or faults(found) < faults(best) else best


def _floats(whole: Whole, step: int) -> Iterator[Samples]:
    import numpy as np

    for begin in range(0, len(whole), step):
        yield np.asarray(whole[begin : begin + step] / np.float32(FULL_SCALE), np.float32)


def _peak(block: Samples) -> float:
    import numpy as np

    return float(np.abs(block).max()) if len(block) else 0.0


def _k_weighting(sample_rate: int) -> list[tuple[Any, Any]]:
    """The two filters of BS.1770 as (b, a): the head's shelf, and the ear's loss in the bass."""
    import pyloudnorm

    shelf = pyloudnorm.IIRfilter(4.0, 1 / math.sqrt(2), 1500.0, sample_rate, "high_shelf")
    bass = pyloudnorm.IIRfilter(0.0, 0.5, 38.0, sample_rate, "high_pass")
    return [(one.b, one.a) for one in (shelf, bass)]
