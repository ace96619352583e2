"""Sounds for tests, and an independent measurement of loudness and peaks."""

from __future__ import annotations

import math

import numpy as np
import soxr
from numpy.typing import NDArray

RATE = 24_000


def tone(hertz: float, seconds: float, strength: float, *, rate: int = RATE) -> NDArray[np.float32]:
    when = np.arange(round(seconds * rate)) / rate
    return (strength * np.sin(2 * np.pi * hertz * when)).astype(np.float32)


def babble(seconds: float, strength: float, *, seed: int = 1) -> NDArray[np.float32]:
    """Noise in bursts of the length of syllables, with peaks far above its mean, as in speech."""
    random = np.random.default_rng(seed)
    count = round(seconds * RATE)
    noise = random.standard_normal(count) * np.abs(np.sin(2 * np.pi * 2.0 * np.arange(count) / RATE))
    noise[:: RATE // 3] *= 6
    return (strength * noise / np.abs(noise).max()).astype(np.float32)


K_WEIGHTING = (
    (1.488207226244, -2.248480633311, 0.906192133612, 1.0, -1.391770252342, 0.537688978887),
    (0.990125280822, -1.980250561644, 0.990125280822, 1.0, -1.980201564387, 0.980299558900),
)
"""The two sections of BS.1770 at 24 kHz as pyloudnorm 0.2 makes them: b0, b1, b2, a0, a1, a2."""
RELATIVE_GATE, ABSOLUTE_GATE = 10 ** (-10 / 10), 10 ** ((-70 + 0.691) / 10)
"""Shares of power, of BS.1770-4."""


def lufs(samples: NDArray[np.float32]) -> float:
    """Integrated loudness by BS.1770-4; weighted in the frequency domain, all sound at once.

    pyloudnorm measures it too, but brings all of scipy.signal, a second of processor time; by night they are
    compared.
    """
    n = len(samples) + RATE  # with a second of silence, in which the filters die away
    spectrum = np.fft.rfft(samples, n)
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(n))
    for b0, b1, b2, a0, a1, a2 in K_WEIGHTING:
        spectrum *= (b0 + b1 * z + b2 * z * z) / (a0 + a1 * z + a2 * z * z)
    energy = np.concatenate([[0.0], np.cumsum(np.fft.irfft(spectrum, n)[: len(samples)] ** 2)])
    begins = np.arange(0, len(samples) - RATE * 2 // 5 + 1, RATE // 10)  # blocks of 400 ms, each 100 ms
    blocks = (energy[begins + RATE * 2 // 5] - energy[begins]) / (RATE * 2 // 5)
    blocks = blocks[blocks >= ABSOLUTE_GATE]
    return float(-0.691 + 10 * np.log10(blocks[blocks > blocks.mean() * RELATIVE_GATE].mean()))


def dbtp(samples: NDArray[np.float32]) -> float:
    """True peak at four times the sample rate, or that of the samples themselves if it is higher."""
    between = np.abs(soxr.resample(samples, RATE, 4 * RATE, "VHQ")).max()
    return 20 * math.log10(max(float(between), float(np.abs(samples).max())))
