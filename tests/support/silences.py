"""Measures pauses within speech, independently of the code that shortens them."""

import numpy as np
from numpy.typing import NDArray

LONG = 0.2
"""Seconds: people pause so long at a comma and not within a phrase."""
_FRAME = 0.005
_SILENT = 0.01
"""Times the loudest frame (−40 dB)."""


def _rests(samples: NDArray[np.float32], sample_rate: int) -> list[float]:
    """Seconds of each silence between the first and the last sound."""
    size = round(_FRAME * sample_rate)
    count = len(samples) // size
    level = [float(np.sqrt(np.mean(samples[n * size : (n + 1) * size] ** 2))) for n in range(count)]
    found, silent, loudest = [], 0, max(level, default=0.0)
    heard = False
    for one in level:
        if one < _SILENT * loudest:
            silent += 1
            continue
        if heard and silent:
            found.append(silent * _FRAME)
        heard, silent = True, 0
    return found


def long_rests(samples: NDArray[np.float32], sample_rate: int) -> list[float]:
    """Seconds of each rest that is LONG or longer."""
    return [rest for rest in _rests(samples, sample_rate) if rest >= LONG]


def longest_rest(samples: NDArray[np.float32], sample_rate: int) -> float:
    """Seconds of the longest rest; 0 where there is none."""
    return max(_rests(samples, sample_rate), default=0.0)
