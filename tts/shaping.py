"""Shapes speech for a horn loudspeaker: cuts what it cannot reproduce, raises what makes words clear.

docs: "speech". Band, presence and compressor work block by block with their state carried over.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt

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
    tone, press = _Tone(sample_rate), _Compressor(sample_rate)
    for block in blocks:
        yield np.asarray(press.next(tone.next(block)), np.float32)


class _Tone:
    """Band limits and presence as one chain of second-order sections."""

    def __init__(self, sample_rate: int) -> None:
        low, high = BAND_HZ
        self._sections = np.concatenate(
            [
                butter(2, low, "highpass", fs=sample_rate, output="sos"),
                butter(4, high, "lowpass", fs=sample_rate, output="sos"),
                _peak(PRESENCE_HZ, PRESENCE_DB, _PRESENCE_Q, sample_rate),
            ]
        )
        self._state = np.zeros((len(self._sections), 2))

    def next(self, block: Samples) -> Any:
        passed, self._state = sosfilt(self._sections, block, zi=self._state)
        return passed


class _Compressor:
    """Compressor: lowers what is above the threshold; level and gain are smoothed by one pole each."""

    def __init__(self, sample_rate: int) -> None:
        self._level_pole = math.exp(-1 / (_LEVEL_SECONDS * sample_rate))
        self._gain_pole = math.exp(-1 / (_GAIN_SECONDS * sample_rate))
        self._level_state, self._gain_state = [0.0], [0.0]

    def next(self, block: Any) -> Any:
        pole = self._level_pole
        power, self._level_state = lfilter([1 - pole], [1, -pole], block**2, zi=self._level_state)
        above = np.maximum(10 * np.log10(np.maximum(power, _FLOOR)) - THRESHOLD_DBFS, 0.0)
        pole = self._gain_pole
        gain_db, self._gain_state = lfilter(
            [1 - pole], [1, -pole], above * (1 / RATIO - 1), zi=self._gain_state
        )
        return block * np.exp(gain_db * (math.log(10) / 20))


def _peak(hertz: float, gain_db: float, q: float, sample_rate: int) -> Any:
    """A bell of `gain_db` around `hertz` as a second-order section (R. Bristow-Johnson's formula)."""
    strength = 10 ** (gain_db / 40)
    angle = 2 * math.pi * hertz / sample_rate
    alpha, cosine = math.sin(angle) / (2 * q), math.cos(angle)
    section = np.array(
        [
            1 + alpha * strength,
            -2 * cosine,
            1 - alpha * strength,
            1 + alpha / strength,
            -2 * cosine,
            1 - alpha / strength,
        ]
    )
    return (section / section[3]).reshape(1, 6)
