"""Shortens the rests that a voice makes within a phrase (docs/speech.md, "Rests within a phrase")."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


REST_AT_MOST = 0.15
"""Seconds at the natural tempo. The closure of a final p, t or c takes up to that.

In six recordings of people every rest of 0.2 s or more stood at a comma.
"""
_SILENT = 10 ** (-40 / 20)
"""Times the loudest frame: what is softer is a rest."""
_FRAME_SECONDS = 0.005
_JOINT_SECONDS = 0.005
"""Over which both sides of a cut are faded into each other."""

Stretch = tuple[float, float]
"""Where something begins and ends, in seconds."""


def rests(samples: Samples, sample_rate: int) -> list[Stretch]:
    """The silent stretches between the first and the last sound."""
    size = round(_FRAME_SECONDS * sample_rate)
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    level = np.sqrt((frames.astype(np.float64) ** 2).mean(axis=1))
    loud = np.flatnonzero(level >= level.max(initial=0.0) * _SILENT)
    ends, begins = loud[:-1] + 1, loud[1:]
    return [
        (end * size / sample_rate, begin * size / sample_rate)
        for end, begin in zip(ends.tolist(), begins.tolist(), strict=True)
        if begin > end
    ]


def shortened(samples: Samples, sample_rate: int, longest: float, marks: Iterable[Stretch]) -> Samples:
    """The sound with no rest longer than `longest` seconds but those that meet one of the `marks`.

    What is over is taken from the middle of a rest, so that soft sounds at its ends stay.
    """
    marked = tuple(marks)
    kept: list[Samples] = []
    at = 0
    for begin, end in _over(rests(samples, sample_rate), longest, marked):
        cut = slice(round(begin * sample_rate), round(end * sample_rate))
        kept.append(_faded(samples, cut, at, round(_JOINT_SECONDS * sample_rate)))
        at = cut.stop
    return np.concatenate([*kept, samples[at:]]) if kept else samples


def _over(found: Iterable[Stretch], longest: float, marks: Sequence[Stretch]) -> Iterator[Stretch]:
    """What is to be taken out of each rest."""
    for begin, end in found:
        over = end - begin - longest
        if over > 0 and not any(begin < until and end > since for since, until in marks):
            yield (begin + end - over) / 2, (begin + end + over) / 2


def _faded(samples: Samples, cut: slice, since: int, joint: int) -> Samples:
    """The samples up to the cut, the last of them faded into those that lead up to its end."""
    before = samples[since : cut.start].copy()
    joint = min(joint, len(before), cut.stop)
    share = np.linspace(0.0, 1.0, joint, dtype=np.float32)
    before[len(before) - joint :] *= 1 - share
    before[len(before) - joint :] += share * samples[cut.stop - joint : cut.stop]
    return before
