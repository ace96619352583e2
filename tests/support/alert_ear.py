"""Hears whether a recording begins with the alert tone: by its pitch, as a person does."""

import numpy as np

_LISTEN_SECONDS = 0.06
_SWEEPS = 5
_EARLY, _LATE = 0.12, 0.58
"""Seconds after the beginning of a sweep."""


def pitch_at(samples, rate, second):
    """The strongest frequency, Hz, around an instant."""
    half = round(_LISTEN_SECONDS * rate / 2)
    middle = round(second * rate)
    heard = samples[middle - half : middle + half] * np.hanning(2 * half)
    strength = np.abs(np.fft.rfft(heard, 8 * len(heard)))
    return float(np.argmax(strength) * rate / (8 * len(heard)))


def begins_with_alert(samples, rate):
    """Whether it begins with five rising sweeps, one a second, from some 700 to some 1,300 Hz."""
    rises = [
        (pitch_at(samples, rate, sweep + _EARLY), pitch_at(samples, rate, sweep + _LATE))
        for sweep in range(_SWEEPS)
    ]
    return all(650 < early < 850 and 1150 < late < 1400 for early, late in rises)
