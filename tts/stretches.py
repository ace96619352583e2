"""Finds long silences and clipped parts in speech."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


_SILENT = 10 ** (-60 / 20)
_FRAME_SECONDS = 0.05
_TOP = 0.98
"""Times the highest sample: flat parts above it were clipped."""
_LOUD = 0.25
"""Below it, a flat part comes from quantisation."""
_EDGE = 10 ** (-45 / 20)
"""Times the sound's peak: what is softer at its beginning and end is silence."""
_KEPT_SECONDS = 0.04
"""Left before the first and after the last loud sample, for soft consonants."""


class Stretches:
    """Measures sound that arrives in blocks: the longest silence and clipped part, in seconds."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._frame = round(_FRAME_SECONDS * sample_rate)
        self._rest: list[Samples] = []
        self._silent, self._clipped = _Run(), _Run()
        self._loud_frames = self._clipped_frames = 0

    def add(self, block: Samples) -> None:
        """Take the next samples in."""
        waiting = np.concatenate([*self._rest, block])
        whole = len(waiting) // self._frame * self._frame
        self._judge(waiting[:whole].reshape(-1, self._frame))
        self._rest = [waiting[whole:]]

    @property
    def silent(self) -> float:
        """Below −60 dBFS."""
        return self._silent.longest * self._frame / self._rate

    @property
    def clipped(self) -> float:
        """With flat tops in every twentieth of a second."""
        return self._clipped.longest * self._frame / self._rate

    @property
    def clipped_share(self) -> float:
        """Share of the loud twentieths of a second that are clipped."""
        return self._clipped_frames / self._loud_frames if self._loud_frames else 0.0

    def _judge(self, frames: Samples) -> None:
        if not len(frames):
            return
        level = np.abs(frames)
        self._silent.extend(level.max(axis=1) < _SILENT)
        top = (level >= max(_LOUD, float(level.max()) * _TOP))[:, 2:]
        flat = (frames[:, 2:] == frames[:, 1:-1]) & (frames[:, 1:-1] == frames[:, :-2])
        clipped = (top & flat).any(axis=1)
        self._clipped.extend(clipped)
        self._clipped_frames += int(clipped.sum())
        self._loud_frames += int((level.max(axis=1) >= _LOUD).sum())


class _Run:
    """The longest unbroken run of true values in a series that comes in parts."""

    def __init__(self) -> None:
        self.longest = 0
        self._open = 0

    def extend(self, part: NDArray[np.bool_]) -> None:
        breaks = np.flatnonzero(~part)
        if not len(breaks):
            self._open += len(part)
            self.longest = max(self.longest, self._open)
            return
        within = int(np.diff(breaks).max()) - 1 if len(breaks) > 1 else 0
        self.longest = max(self.longest, self._open + int(breaks[0]), within)
        self._open = len(part) - 1 - int(breaks[-1])
        self.longest = max(self.longest, self._open)


def stretches(blocks: Iterable[Samples], sample_rate: int) -> Stretches:
    """The stretches of a whole sound."""
    found = Stretches(sample_rate)
    for block in blocks:
        found.add(block)
    return found


def heard_part(samples: Samples, sample_rate: int) -> slice:
    """Where the sound is without the silence at both ends; it must not be empty."""
    level = np.abs(samples)
    loud = np.flatnonzero(level >= float(level.max()) * _EDGE)
    kept = round(_KEPT_SECONDS * sample_rate)
    return slice(max(0, int(loud[0]) - kept), int(loud[-1]) + kept)
