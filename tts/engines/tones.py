"""The melody of Vietnamese tones, in semitones around a voice's base pitch, and where they creak."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tts.engines.syllables import Syllable, Tone

Contour = tuple[tuple[float, float], ...]
"""Points (share of the syllable's voiced time, semitones), joined by straight lines."""

_OPEN: dict[Tone, Contour] = {
    Tone.LEVEL: ((0, 2.9), (1, 2.2)),
    Tone.FALLING: ((0, -1.5), (1, -4.0)),
    Tone.RISING: ((0, 1.0), (0.35, 1.2), (1, 5.8)),
    Tone.DIPPING: ((0, -0.5), (0.6, -4.8), (1, -3.0)),
    Tone.BROKEN: ((0, 0.0), (0.3, -3.5), (0.45, 0.0), (1, 8.0)),
    Tone.HEAVY: ((0, 0.5), (0.35, -1.5), (0.6, -6.0), (1, -8.0)),
}
_STOPPED: dict[Tone, Contour] = {Tone.RISING: ((0, 2.5), (1, 5.5)), Tone.HEAVY: ((0, -1.5), (1, -5.0))}
DECLINATION = 0.3
"""Semitones by which the pitch sinks from the first to the last syllable of a phrase."""


@dataclass(frozen=True, slots=True)
class Creak:
    """A part of a syllable's voiced time (shares) in which the vocal folds are pressed together."""

    begin: float
    end: float
    pitch: float
    """Times the contour's: 0.5 is every second pulse of the voice, 0 none."""
    softer: float
    """By how much of the model's energy curve, one unit of which is about 3 dB."""


_PRESSED = Creak(0.45, 0.75, pitch=0.5, softer=4.0)
_CLOSED = Creak(0.75, 1.0, pitch=0.0, softer=9.0)
"""The last quarter is silent, which makes the heavy tone as much shorter."""
_NASALS = frozenset(["m", "n", "ng", "nh"])


def contour(syllable: Syllable, frames: int, *, progress: float) -> NDArray[np.float32]:
    """Semitones for each of the syllable's voiced frames; `progress` (0..1) is its place in the phrase."""
    tone = syllable.tone
    points = _STOPPED.get(tone, _OPEN[tone]) if syllable.is_stopped else _OPEN[tone]
    when = np.linspace(0.0, 1.0, frames) if frames > 1 else np.array([0.5])
    bent = np.interp(when, [x for x, _ in points], [y for _, y in points])
    return np.asarray(bent - DECLINATION * progress, np.float32)


def creaks(syllable: Syllable) -> tuple[Creak, ...]:
    """Where the syllable creaks: the heavy tone, which ends in a closed throat unless a nasal sounds on."""
    if syllable.tone is not Tone.HEAVY or syllable.is_stopped:
        return ()
    return (_PRESSED,) if syllable.coda in _NASALS else (_PRESSED, _CLOSED)
