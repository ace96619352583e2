"""Peaks and powers of a sound, for choosing gain and limiter before it is encoded; and the limiter.

A profile can be made of each part of a recording while other parts are still being spoken.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d, uniform_filter1d

from tts.codec import FULL_SCALE
from tts.loudness import HOP_SECONDS, OVERSAMPLING, SILENT_LUFS, Weighting, integrated

Samples = NDArray[np.float32]
Whole = NDArray[np.int16]


_REACH_SECONDS = 0.012
"""The limiter lowers the gain this long before a peak and restores it this long after."""
_FINE_SECONDS = 0.0005
_MARGIN = 2_000
"""Samples before and after a block, for the resampler to settle."""
_WORK_SECONDS = 10
_SEARCHES = 12
_FOUND_WITHIN = 0.02


@dataclass(frozen=True, slots=True)
class Profile:
    """Peak and K-weighted power of every half millisecond of a sound."""

    sample_rate: int
    peaks: Samples
    """Highest true peak of each hop, 1.0 for full scale."""
    powers: NDArray[np.float64]
    """Mean K-weighted power of each hop."""

    @property
    def hop(self) -> int:
        """Samples a hop."""
        return hop_of(self.sample_rate)

    @classmethod
    def of(cls, whole: Whole, sample_rate: int) -> Self:
        """Read a sound once, block by block; `whole` (16 bits) may be a memory map."""
        hop, step = hop_of(sample_rate), _WORK_SECONDS * sample_rate
        weighted, peaks, powers = Weighting(sample_rate), [np.zeros(0, np.float32)], [np.zeros(0)]
        for begin in range(0, len(whole), step):
            peaks.append(_peaks(whole, sample_rate, begin, min(len(whole), begin + step)))
            block = whole[begin : begin + step] / np.float64(FULL_SCALE)
            powers.append(_by_hop(weighted.next(block) ** 2, hop).mean(axis=1))
        return cls(sample_rate, np.concatenate(peaks), np.concatenate(powers))

    @classmethod
    def joined(cls, parts: "Sequence[Profile]") -> Self:
        """Of sounds one after the other; all but the last must be whole hops long and end in silence."""
        return cls(
            parts[0].sample_rate,
            np.concatenate([part.peaks for part in parts]),
            np.concatenate([part.powers for part in parts]),
        )

    def save(self, place: Path) -> None:
        """Write it to a file whose name ends in .npz."""
        np.savez(place, rate=self.sample_rate, peaks=self.peaks, powers=self.powers)

    @classmethod
    def load(cls, place: Path) -> Self:
        """Read what `save` has written."""
        with np.load(place) as kept:
            return cls(int(kept["rate"]), kept["peaks"], kept["powers"])

    def gains(self, gain: float, ceiling: float) -> Samples:
        """For each hop the limiter's factor after `gain`: all true peaks stay below the ceiling."""
        reach = round(_REACH_SECONDS / _FINE_SECONDS)
        around = maximum_filter1d(self.peaks, 3, mode="nearest")
        needed = np.minimum(1.0, ceiling / np.maximum(around * gain, 1e-9))
        held = minimum_filter1d(needed, 2 * reach + 1, mode="nearest")
        return np.asarray(uniform_filter1d(held, 2 * reach - 1, mode="nearest"), np.float32)

    def lufs(self, gain: float, ceiling: float) -> float:
        """Loudness after gain and limiter, from the powers alone."""
        heard = self.powers * (gain * self.gains(gain, ceiling)).astype(np.float64) ** 2
        each = round(HOP_SECONDS * self.sample_rate / self.hop)
        whole = len(heard) // each * each
        return integrated(heard[:whole].reshape(-1, each).mean(axis=1))

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


def limited(whole: Whole, profile: Profile, gain: float, ceiling_dbtp: float) -> Iterator[Samples]:
    """The sound times `gain`, turned down around every true peak above the ceiling; in blocks."""
    hop, step = profile.hop, _WORK_SECONDS * profile.sample_rate
    factors = gain / FULL_SCALE * profile.gains(gain, 10 ** (ceiling_dbtp / 20))
    middles = np.arange(len(factors)) * hop + hop / 2
    for begin in range(0, len(whole), step):
        block = whole[begin : begin + step]
        near = slice(max(0, begin // hop - 1), (begin + len(block)) // hop + 2)
        smooth = np.interp(np.arange(begin, begin + len(block)), middles[near], factors[near])
        yield np.asarray(block * smooth, np.float32)


def hop_of(sample_rate: int) -> int:
    """Samples of a hop: half a millisecond."""
    return round(_FINE_SECONDS * sample_rate)


def _peaks(whole: Whole, sample_rate: int, begin: int, end: int) -> Samples:
    """True peaks by hop; neighbours on both sides let the resampler settle."""
    first, last = max(0, begin - _MARGIN), min(len(whole), end + _MARGIN)
    near = whole[first:last] * np.float32(1 / FULL_SCALE)
    fine = soxr.resample(near, sample_rate, OVERSAMPLING * sample_rate)
    inside = fine[(begin - first) * OVERSAMPLING : (end - first) * OVERSAMPLING]
    between = np.zeros((end - begin) * OVERSAMPLING, np.float32)
    np.abs(inside, out=between[: len(inside)])
    there = np.abs(near[begin - first : end - first])
    hop = hop_of(sample_rate)
    # a whole hop at once: numpy is slow over rows of four
    highest = np.maximum(_by_hop(between, hop * OVERSAMPLING).max(axis=1), _by_hop(there, hop).max(axis=1))
    return np.asarray(highest, np.float32)


def _by_hop(samples: NDArray[Any], hop: int) -> NDArray[Any]:
    return np.pad(samples, (0, -len(samples) % hop)).reshape(-1, hop)
