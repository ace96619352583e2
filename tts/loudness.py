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
from tts.stretches import Stretches

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
_REACH_SECONDS = 0.012
"""The limiter begins to turn down so long before a peak and is back so long after it."""
_FINE_SECONDS = 0.0005
_MARGIN = 2_000
"""Samples before and after a block, for the resampler to settle."""
_WORK_SECONDS = 10
_SEARCHES = 12
_FOUND_WITHIN = 0.02
_LOUDNESS_WITHIN = 0.2
_PEAK_RESERVE = 0.05
_FIRST_CEILING_RESERVE = 1.5
"""Decibels that MP3 at 48 kbit/s typically adds to a limited peak."""
_CODEC_LOSS_LU = 0.35
"""By which speech comes out of the MP3 softer than it went in."""
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
    silent_seconds: float
    clipped_seconds: float


class Meter:
    """Measures sound that arrives in blocks."""

    def __init__(self, sample_rate: int) -> None:
        import soxr

        self._rate = sample_rate
        self._hop = round(_HOP_SECONDS * sample_rate)
        self._weighting = _Weighting(sample_rate)
        self._oversampled = soxr.ResampleStream(sample_rate, OVERSAMPLING * sample_rate, 1, dtype="float32")
        self._rest: list[Any] = []
        self._hops: list[Any] = []
        self._peak = 0.0
        self.samples = 0

    def add(self, block: Samples) -> None:
        """Take the next samples in."""
        import numpy as np

        self.samples += len(block)
        self._peak = max(self._peak, _peak(block), _peak(self._oversampled.resample_chunk(block)))
        waiting = np.concatenate([*self._rest, self._weighting.next(block.astype(np.float64))])
        whole = len(waiting) // self._hop * self._hop
        self._hops.append((waiting[:whole].reshape(-1, self._hop) ** 2).mean(axis=1))
        self._rest = [waiting[whole:]]

    def level(self) -> Level:
        """Loudness and true peak of all that was added; call it once, at the end."""
        import numpy as np

        tail = self._oversampled.resample_chunk(np.zeros(0, np.float32), last=True)
        peak = max(self._peak, _peak(tail))
        lufs = _integrated(np.concatenate([np.zeros(0), *self._hops]))
        return Level(lufs, 20 * math.log10(peak) if peak > 0 else SILENT_LUFS)


class _Weighting:
    """The K-weighting of BS.1770 for sound that arrives in blocks."""

    def __init__(self, sample_rate: int) -> None:
        self._filters = _k_weighting(sample_rate)
        self._states: list[Any] = [[0.0, 0.0] for _ in self._filters]

    def next(self, block: NDArray[np.float64]) -> Any:
        from scipy.signal import lfilter

        weighted: Any = block
        for place, (b, a) in enumerate(self._filters):
            weighted, self._states[place] = lfilter(b, a, weighted, zi=self._states[place])
        return weighted


def _integrated(hops: NDArray[np.float64]) -> float:
    """Gated loudness (LUFS) from the K-weighted powers of every tenth of a second."""
    import numpy as np

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


class Profile:
    """What gain and limiter have to know of a sound: peak and K-weighted power of every half millisecond."""

    def __init__(self, whole: Whole, sample_rate: int) -> None:
        """Read it once, block by block; `whole` (16 bits) may be a memory map."""
        import numpy as np

        self.whole = whole
        self.sample_rate = sample_rate
        self.hop = round(_FINE_SECONDS * sample_rate)
        weighted, peaks, powers = _Weighting(sample_rate), [np.zeros(0, np.float32)], [np.zeros(0)]
        step = _WORK_SECONDS * sample_rate
        for begin in range(0, len(whole), step):
            peaks.append(self._peaks(begin, min(len(whole), begin + step)))
            block = whole[begin : begin + step] / np.float64(FULL_SCALE)
            powers.append(self._by_hop(weighted.next(block) ** 2).mean(axis=1))
        self.peaks, self.powers = np.concatenate(peaks), np.concatenate(powers)

    def gains(self, gain: float, ceiling: float) -> Samples:
        """For each hop the limiter's factor after `gain`: all true peaks stay below the ceiling."""
        import numpy as np
        from scipy.ndimage import maximum_filter1d, minimum_filter1d, uniform_filter1d

        reach = round(_REACH_SECONDS / _FINE_SECONDS)
        around = maximum_filter1d(self.peaks, 3, mode="nearest")
        needed = np.minimum(1.0, ceiling / np.maximum(around * gain, 1e-9))
        held = minimum_filter1d(needed, 2 * reach + 1, mode="nearest")
        return np.asarray(uniform_filter1d(held, 2 * reach - 1, mode="nearest"), np.float32)

    def lufs(self, gain: float, ceiling: float) -> float:
        """Loudness after gain and limiter, from the powers alone."""
        import numpy as np

        heard = self.powers * (gain * self.gains(gain, ceiling)).astype(np.float64) ** 2
        each = round(_HOP_SECONDS * self.sample_rate / self.hop)
        whole = len(heard) // each * each
        return _integrated(heard[:whole].reshape(-1, each).mean(axis=1))

    def gain_for(self, lufs: float, ceiling: float) -> float:
        """The gain with which the limited sound has the loudness; 1 for silence."""
        before = self.lufs(1.0, math.inf)
        if before <= SILENT_LUFS:
            return 1.0
        gain_db = lufs - before
        for _ in range(_SEARCHES):
            missing = lufs - self.lufs(10 ** (gain_db / 20), ceiling)
            gain_db += missing
            if abs(missing) < _FOUND_WITHIN:
                break
        return float(10 ** (gain_db / 20))

    def _peaks(self, begin: int, end: int) -> Samples:
        """True peaks by hop; neighbours on both sides let the resampler settle."""
        import numpy as np
        import soxr

        first, last = max(0, begin - _MARGIN), min(len(self.whole), end + _MARGIN)
        near = self.whole[first:last] * np.float32(1 / FULL_SCALE)
        fine = np.abs(soxr.resample(near, self.sample_rate, OVERSAMPLING * self.sample_rate))
        inside = fine[(begin - first) * OVERSAMPLING : (end - first) * OVERSAMPLING]
        between = np.zeros((end - begin) * OVERSAMPLING, np.float32)
        between[: len(inside)] = inside
        there = np.abs(near[begin - first : end - first])
        highest = np.maximum(between.reshape(-1, OVERSAMPLING).max(axis=1), there)
        return np.asarray(self._by_hop(highest).max(axis=1), np.float32)

    def _by_hop(self, samples: NDArray[Any]) -> NDArray[Any]:
        import numpy as np

        return np.pad(samples, (0, -len(samples) % self.hop)).reshape(-1, self.hop)


def limited(profile: Profile, gain: float, ceiling_dbtp: float) -> Iterator[Samples]:
    """The sound times `gain`, turned down around every true peak above the ceiling; in blocks."""
    import numpy as np

    hop, step = profile.hop, _WORK_SECONDS * profile.sample_rate
    factors = gain / FULL_SCALE * profile.gains(gain, 10 ** (ceiling_dbtp / 20))
    middles = np.arange(len(factors)) * hop + hop / 2
    for begin in range(0, len(profile.whole), step):
        block = profile.whole[begin : begin + step]
        near = slice(max(0, begin // hop - 1), (begin + len(block)) // hop + 2)
        smooth = np.interp(np.arange(begin, begin + len(block)), middles[near], factors[near])
        yield np.asarray(block * smooth, np.float32)


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

    `whole` holds 16 bits a sample and may be a memory map. Gain and limiter are found from a profile of the
    sound, so that one encoding mostly does; where the decoded MP3 does not fit, they are corrected
    by what was measured. The peak goes before the loudness.
    """
    profile = Profile(whole, sample_rate)
    wanted, ceiling = loudness_lufs + _CODEC_LOSS_LU, true_peak_dbtp - _FIRST_CEILING_RESERVE
    best: Mastered | None = None
    for number in range(1, _ROUNDS + 1):
        gain = profile.gain_for(wanted, 10 ** (ceiling / 20))
        content = encode_mp3(limited(profile, gain, ceiling), sample_rate, bitrate_kbps)
        found = _judged(content, sample_rate)
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


def _judged(content: bytes, sample_rate: int) -> Mastered:
    """The MP3 with what a listener gets from it."""
    meter, found = Meter(sample_rate), Stretches(sample_rate)
    for block in decoded_blocks(content):
        meter.add(block)
        found.add(block)
    return Mastered(content, meter.level(), meter.samples, found.silent, found.clipped)


def _better(best: Mastered | None, found: Mastered, lufs: float, dbtp: float) -> Mastered:
    """The one of two that keeps the peak and comes nearer to the loudness."""

    def faults(one: Mastered) -> tuple[float, float]:
        return max(0.0, one.level.dbtp - dbtp), abs(one.level.lufs - lufs)

    return found if best is None or faults(found) < faults(best) else best


def _peak(block: Samples) -> float:
    import numpy as np

    return float(np.abs(block).max()) if len(block) else 0.0


def _k_weighting(sample_rate: int) -> list[tuple[Any, Any]]:
    """The two filters of BS.1770 as (b, a): the head's shelf, and the ear's loss in the bass."""
    import pyloudnorm

    shelf = pyloudnorm.IIRfilter(4.0, 1 / math.sqrt(2), 1500.0, sample_rate, "high_shelf")
    bass = pyloudnorm.IIRfilter(0.0, 0.5, 38.0, sample_rate, "high_pass")
    return [(one.b, one.a) for one in (shelf, bass)]
