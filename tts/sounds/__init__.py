"""Chimes made by code, so that nobody else holds rights in them."""

import numpy as np
from numpy.typing import NDArray

_OPENING = ((0.00, 587.33), (0.38, 783.99), (0.76, 880.00), (1.14, 1174.66))
"""Four rising notes (D5 G5 A5 D6, of a five-note scale): start in seconds, hertz."""
_CLOSING = ((0.00, 880.00), (0.38, 783.99), (0.76, 587.33))
_OPENING_SECONDS = 2.6
_CLOSING_SECONDS = 2.2
_PARTIALS = ((1.0, 1.0, 0.9), (2.0, 0.35, 0.5), (3.01, 0.12, 0.25), (4.2, 0.05, 0.15))
"""Of a struck bar: times the note's frequency, strength, seconds until it has sunk to a third."""
_ATTACK = 0.006
_FADE = 0.25
_PEAK = 0.5


def opening_chime(sample_rate: int) -> NDArray[np.float32]:
    """The sound before a bulletin, about two and a half seconds, peak at half of full scale."""
    return _struck(_OPENING, _OPENING_SECONDS, sample_rate)


def closing_chime(sample_rate: int) -> NDArray[np.float32]:
    """The sound after a bulletin: the opening one, shorter and falling."""
    return _struck(_CLOSING, _CLOSING_SECONDS, sample_rate)


def _struck(notes: tuple[tuple[float, float], ...], seconds: float, sample_rate: int) -> NDArray[np.float32]:
    """Notes of a struck metal bar, ringing into each other and fading to silence at the end."""
    total = np.zeros(round(seconds * sample_rate))
    for start, hertz in notes:
        begin = round(start * sample_rate)
        when = np.arange(len(total) - begin) / sample_rate
        for times, strength, decay in _PARTIALS:
            wave = np.sin(2 * np.pi * hertz * times * when) * np.exp(-when / decay)
            total[begin:] += strength * wave * np.minimum(1.0, when / _ATTACK)
    fade = round(_FADE * sample_rate)
    total[-fade:] *= np.linspace(1.0, 0.0, fade)
    return np.asarray(total * (_PEAK / np.abs(total).max()), np.float32)
