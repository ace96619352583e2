"""Chimes and the alert tone, made by code, so that nobody else holds rights in them."""

import numpy as np
from numpy.typing import NDArray

_OPENING = ((0.00, 587.33), (0.38, 783.99), (0.76, 880.00), (1.14, 1174.66))
"""Four rising notes (D5 G5 A5 D6, of a five-note scale): start in seconds, hertz."""
_CLOSING = ((0.00, 880.00), (0.38, 783.99), (0.76, 587.33))
_OPENING_SECONDS = 2.6
_CLOSING_SECONDS = 2.2
_PARTIALS = ((1.0, 1.0, 0.9), (2.0, 0.35, 0.5), (3.01, 0.12, 0.25), (4.2, 0.05, 0.15))
"""Of a struck bar: times the note's frequency, strength, seconds until it has sunk to a third."""
_ALERT_SWEEPS = 5
_ALERT_SECONDS, _ALERT_PAUSE_SECONDS = 0.7, 0.3
_ALERT_HZ = 600.0, 1400.0
"""Once a second, between 500 and 2,500 Hz, and changing in pitch: what ISO 7731 recommends for danger
signals, and what a horn carries farthest."""
_ALERT_OVERTONES = ((1, 1.0), (3, 0.33))
"""Odd ones sound harsh. The highest is 4,200 Hz: the end of what a horn carries."""
_ATTACK = 0.006
_FADE = 0.25
_PEAK = 0.5


def opening_chime(sample_rate: int) -> NDArray[np.float32]:
    """The sound before a bulletin, about two and a half seconds, peak at half of full scale."""
    return _struck(_OPENING, _OPENING_SECONDS, sample_rate)


def closing_chime(sample_rate: int) -> NDArray[np.float32]:
    """The sound after a bulletin: the opening one, shorter and falling."""
    return _struck(_CLOSING, _CLOSING_SECONDS, sample_rate)


def alert_tone(sample_rate: int) -> NDArray[np.float32]:
    """The sound before an emergency, five rising sweeps in five seconds, peak at half of full scale.

    It shares nothing with the chimes: no struck notes, no fixed pitch. Only emergencies begin with it.
    """
    when = np.arange(round(_ALERT_SECONDS * sample_rate)) / sample_rate
    low, high = _ALERT_HZ
    turns = low * when + (high - low) * when**2 / (2 * _ALERT_SECONDS)
    wave = sum(strength * np.sin(2 * np.pi * times * turns) for times, strength in _ALERT_OVERTONES)
    edge = np.minimum(1.0, np.minimum(when, _ALERT_SECONDS - when) / _ATTACK)
    sweep = np.concatenate([wave * edge, np.zeros(round(_ALERT_PAUSE_SECONDS * sample_rate))])
    total = np.tile(sweep, _ALERT_SWEEPS)
    return np.asarray(total * (_PEAK / np.abs(total).max()), np.float32)


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
