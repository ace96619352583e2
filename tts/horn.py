"""A loudspeaker on a pole as the ear below hears it: a horn's band, the echoes of a yard, and noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tts.filters import FilterChain, band_pass, one_pole

BAND_HZ = (300.0, 4500.0)
"""What an old reflex horn gives back."""
ECHOES = ((0.045, 0.35), (0.11, 0.25), (0.23, 0.15), (0.41, 0.08))
"""Seconds and strength of each: walls, the next pole, the other side of the valley."""
NOISE_DB = 15.0
"""By how much the speech is above the noise while somebody speaks."""
_NOISE_POLE = 0.9
"""Makes white noise dull, as wind and traffic are."""
_SPEAKS_ABOVE = 0.02
_SEED = 1


def through_horn(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """The sound as it arrives, at nine tenths of full scale; the same sound always arrives the same way."""
    direct = FilterChain(band_pass(*BAND_HZ, sample_rate)).next(samples)
    heard = direct.copy()
    for seconds, strength in ECHOES:
        late = round(seconds * sample_rate)
        heard[late:] += strength * direct[: max(0, len(direct) - late)]
    noise = np.random.default_rng(_SEED).standard_normal(len(heard))
    noise = FilterChain([one_pole(_NOISE_POLE)]).next(noise)
    speaks = np.abs(direct) > np.abs(direct).max() * _SPEAKS_ABOVE
    wanted = np.sqrt((heard[speaks] ** 2).mean()) * 10 ** (-NOISE_DB / 20)
    arrived = heard + noise * wanted / np.sqrt((noise**2).mean())
    return np.asarray(0.9 * arrived / np.abs(arrived).max(), np.float32)
