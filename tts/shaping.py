"""Shapes speech for a horn loudspeaker: cuts what it cannot reproduce, raises what makes words clear.

docs: "speech". Band, presence and compressor work block by block with their state carried over.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tts.filters import FOURTH_ORDER, FilterChain, bell, high_pass, low_pass, one_pole

Samples = NDArray[np.float32]


BAND_HZ = (300.0, 6000.0)
"""Limits, Hz: below, a horn turns the power into heat; above, it reproduces nothing."""
PRESENCE_HZ = 3000.0
PRESENCE_DB = 7.0
"""Hz that distinguish consonants, and where a horn's response begins to fall."""
_PRESENCE_Q = 0.8
RATIO = 3.0
THRESHOLD_DBFS = -28.0
"""Some 8 dB below the mean level to which the mixer brings a phrase."""
_LEVEL_SECONDS = 0.010
_GAIN_SECONDS = 0.040
_FLOOR = 1e-9


def shaped(blocks: Iterable[Samples], sample_rate: int) -> Iterator[Samples]:
    """Return the sound shaped for a horn: same length, smaller difference between soft and loud parts."""
    tone, press = _tone(sample_rate), _Compressor(sample_rate)
    for block in blocks:
        yield np.asarray(press.next(tone.next(block)), np.float32)


def _tone(sample_rate: int) -> FilterChain:
    """Band limits (Butterworth, 2nd and 4th order) and presence as one chain."""
    low, high = BAND_HZ
    return FilterChain(
        [
            high_pass(low, 1 / math.sqrt(2), sample_rate),
            *(low_pass(high, q, sample_rate) for q in FOURTH_ORDER),
            bell(PRESENCE_HZ, PRESENCE_DB, _PRESENCE_Q, sample_rate),
        ]
    )


class _Compressor:
    """Compressor: lowers what is above the threshold; level and gain are smoothed by one pole each."""

    def __init__(self, sample_rate: int) -> None:
        self._level = FilterChain([one_pole(math.exp(-1 / (_LEVEL_SECONDS * sample_rate)))])
        self._gain = FilterChain([one_pole(math.exp(-1 / (_GAIN_SECONDS * sample_rate)))])

    def next(self, block: Any) -> Any:
        power = self._level.next(block**2)
        above = np.maximum(10 * np.log10(np.maximum(power, _FLOOR)) - THRESHOLD_DBFS, 0.0)
        gain_db = self._gain.next(above * (1 / RATIO - 1))
        return block * np.exp(gain_db * (math.log(10) / 20))
