"""The melody of Vietnamese tones, in semitones around a voice's base pitch."""

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
    Tone.HEAVY: ((0, 0.0), (0.6, -4.0), (1, -8.0)),
}
_STOPPED: dict[Tone, Contour] = {Tone.RISING: ((0, 2.5), (1, 5.5)), Tone.HEAVY: ((0, -1.5), (1, -5.0))}
DECLINATION = 0.3
"""Semitones by which the pitch sinks from the first to the last syllable of a phrase."""


def contour(syllable: Syllable, frames: int, *, progress: float) -> NDArray[np.float32]:
    """Semitones for each of the syllable's voiced frames; `progress` (0..1) is its place in the phrase."""
    tone = syllable.tone
    points = _STOPPED.get(tone, _OPEN[tone]) if syllable.is_stopped else _OPEN[tone]
    when = np.linspace(0.0, 1.0, frames) if frames > 1 else np.array([0.5])
    bent = np.interp(when, [x for x, _ in points], [y for _, y in points])
    return np.asarray(bent - DECLINATION * progress, np.float32)
