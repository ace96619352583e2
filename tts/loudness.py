"""How loud a recording is: loudness after ITU-R BS.1770-4, true peak at four times the sample rate.

K-weighting as in pyloudnorm, gates after EBU R128. All is computed block by block: an hour of speech needs no
more memory than a minute.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from tts.filters import FilterChain, high_pass, high_shelf

Samples = NDArray[np.float32]


OVERSAMPLING = 4
SILENT_LUFS = -70.0
_RELATIVE_GATE = -10.0
_BLOCK_OFFSET = -0.691
HOP_SECONDS = 0.1
"""Loudness is counted from powers of so long a piece."""
_HOPS_A_BLOCK = 4


@dataclass(frozen=True, slots=True)
class Level:
    """Integrated loudness in LUFS and true peak in dBTP; SILENT_LUFS when there is nothing to hear."""

    lufs: float
    dbtp: float


class Meter:
    """Measures sound that arrives in blocks."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._hop = round(HOP_SECONDS * sample_rate)
        self._weighting = Weighting(sample_rate)
        self._oversampled = soxr.ResampleStream(sample_rate, OVERSAMPLING * sample_rate, 1, dtype="float32")
        self._rest: list[Any] = []
        self._hops: list[Any] = []
        self._peak = 0.0
        self.samples = 0

    def add(self, block: Samples) -> None:
        """Take the next samples in."""
        self.samples += len(block)
        self._peak = max(self._peak, _peak(block), _peak(self._oversampled.resample_chunk(block)))
        waiting = np.concatenate([*self._rest, self._weighting.next(block)])
        whole = len(waiting) // self._hop * self._hop
        self._hops.append((waiting[:whole].reshape(-1, self._hop) ** 2).mean(axis=1))
        self._rest = [waiting[whole:]]

    def level(self) -> Level:
        """Loudness and true peak of all that was added; call it once, at the end."""
        tail = self._oversampled.resample_chunk(np.zeros(0, np.float32), last=True)
        peak = max(self._peak, _peak(tail))
        lufs = integrated(np.concatenate([np.zeros(0), *self._hops]))
        return Level(lufs, 20 * math.log10(peak) if peak > 0 else SILENT_LUFS)


class Weighting(FilterChain):
    """The K-weighting of BS.1770 for sound that arrives in blocks: a high shelf (head) and a high-pass."""

    def __init__(self, sample_rate: int) -> None:
        shelf = high_shelf(1500.0, 4.0, 1 / math.sqrt(2), sample_rate)
        super().__init__([shelf, high_pass(38.0, 0.5, sample_rate)])


def integrated(hops: NDArray[np.float64]) -> float:
    """Gated loudness (LUFS) from the K-weighted powers of every tenth of a second."""
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


def _peak(block: Samples) -> float:
    return float(np.abs(block).max()) if len(block) else 0.0
