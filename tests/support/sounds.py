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


def lufs(samples: NDArray[np.float32]) -> float:
    """Integrated loudness as pyloudnorm measures it."""
    import pyloudnorm  # brings all of scipy.signal, two seconds of a slow processor, and few tests measure

    return float(pyloudnorm.Meter(RATE).integrated_loudness(samples.astype(np.float64)))


def dbtp(samples: NDArray[np.float32]) -> float:
    """True peak at four times the sample rate, or that of the samples themselves if it is higher."""
    between = np.abs(soxr.resample(samples, RATE, 4 * RATE, "VHQ")).max()
    return 20 * math.log10(max(float(between), float(np.abs(samples).max())))
