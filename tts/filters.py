"""Second-order filters for sound that arrives in blocks.

`scipy.signal` has them too, but its import costs every speech process a second of processor time and 50 MB
(decision 157). Coefficients after R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter
coefficients". A section is (b0, b1, b2, 1, a1, a2): y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] -
a2 y[n-2].
"""

import cmath
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import dtbsv

Section = tuple[float, float, float, float, float, float]

FOURTH_ORDER = tuple(1 / (2 * math.cos(angle * math.pi / 8)) for angle in (1, 3))
"""Q of the two sections that are a Butterworth filter of fourth order together."""
_AT_ONCE = 8192
"""Samples solved in one call: its matrix of 3 rows takes 200 kB."""


class FilterChain:
    """A chain of sections; what one block leaves behind is carried into the next."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = [_Recursion(section) for section in sections]

    def next(self, block: NDArray[Any]) -> NDArray[np.float64]:
        """Return the block filtered, as long as it is."""
        passed = np.asarray(block, np.float64)
        for section in self._sections:
            passed = section.next(passed)
        return passed


class _Recursion:
    """One section. Its recursion is a banded lower triangular system of equations, which BLAS solves."""

    def __init__(self, section: Section) -> None:
        *self._forward, one, self._a1, self._a2 = section
        self._band = np.empty((3, _AT_ONCE), order="F")
        self._band[:] = np.array([[one], [self._a1], [self._a2]])
        self._x, self._y = np.zeros(2), np.zeros(2)
        """The last two samples before the block, the older first."""

    def next(self, block: NDArray[np.float64]) -> NDArray[np.float64]:
        parts = [self._solved(block[at : at + _AT_ONCE]) for at in range(0, len(block), _AT_ONCE)]
        return np.concatenate([np.zeros(0), *parts])

    def _solved(self, block: NDArray[np.float64]) -> NDArray[np.float64]:
        x = np.concatenate([self._x, block])
        b0, b1, b2 = self._forward
        right = b0 * x[2:] + b1 * x[1:-1] + b2 * x[:-2]
        older, last = self._y
        right[0] -= self._a1 * last + self._a2 * older
        right[1:2] -= self._a2 * last
        y: NDArray[np.float64] = dtbsv(2, self._band[:, : len(block)], right, lower=1, diag=1, overwrite_x=1)
        self._x, self._y = x[-2:], np.concatenate([self._y, y])[-2:]
        return y


def one_pole(pole: float) -> Section:
    """Return a first-order low-pass with unit gain at 0 Hz: it forgets by `pole` a sample."""
    return (1 - pole, 0.0, 0.0, 1.0, -pole, 0.0)


def low_pass(hertz: float, q: float, sample_rate: int) -> Section:
    """Return a low-pass."""
    cosine, alpha = _angle(hertz, q, sample_rate)
    return _section((1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2, 1 + alpha, -2 * cosine, 1 - alpha)


def high_pass(hertz: float, q: float, sample_rate: int) -> Section:
    """Return a high-pass."""
    cosine, alpha = _angle(hertz, q, sample_rate)
    return _section((1 + cosine) / 2, -1 - cosine, (1 + cosine) / 2, 1 + alpha, -2 * cosine, 1 - alpha)


def band_pass(low: float, high: float, sample_rate: int) -> list[Section]:
    """Return the four sections of Butterworth's band-pass of eighth order, by the bilinear transform."""
    low, high = (2 * sample_rate * math.tan(math.pi * edge / sample_rate) for edge in (low, high))
    wide, middle = high - low, math.sqrt(low * high)
    centre = cmath.exp(-2j * math.atan(middle / 2 / sample_rate))
    sections = []
    for angle in (1, 3):
        half = wide * cmath.exp(1j * math.pi * (4 + angle) / 8) / 2
        for sign in (1, -1):
            pole = half + sign * cmath.sqrt(half * half - middle * middle)
            root = (2 * sample_rate + pole) / (2 * sample_rate - pole)
            a1, a2 = -2 * root.real, abs(root) ** 2
            gain = abs((1 + a1 * centre + a2 * centre**2) / (1 - centre**2))
            sections.append((gain, 0.0, -gain, 1.0, a1, a2))
    return sections


def bell(hertz: float, gain_db: float, q: float, sample_rate: int) -> Section:
    """Return a bell of `gain_db` around `hertz`."""
    cosine, alpha = _angle(hertz, q, sample_rate)
    raised = 10 ** (gain_db / 40)
    up, down = alpha * raised, alpha / raised
    return _section(1 + up, -2 * cosine, 1 - up, 1 + down, -2 * cosine, 1 - down)


def high_shelf(hertz: float, gain_db: float, q: float, sample_rate: int) -> Section:
    """Return a shelf: `gain_db` above `hertz`, nothing changed below."""
    cosine, alpha = _angle(hertz, q, sample_rate)
    raised = 10 ** (gain_db / 40)
    more, less, slope = raised + 1, raised - 1, 2 * math.sqrt(raised) * alpha
    return _section(
        raised * (more + less * cosine + slope),
        -2 * raised * (less + more * cosine),
        raised * (more + less * cosine - slope),
        more - less * cosine + slope,
        2 * (less - more * cosine),
        more - less * cosine - slope,
    )


def _angle(hertz: float, q: float, sample_rate: int) -> tuple[float, float]:
    """Return the cosine of the angle of a frequency, and the formulas' alpha."""
    angle = 2 * math.pi * hertz / sample_rate
    return math.cos(angle), math.sin(angle) / (2 * q)


def _section(b0: float, b1: float, b2: float, *by: float) -> Section:
    """Return a section from all six coefficients of a formula; a0 becomes 1."""
    a0, a1, a2 = by
    return (b0 / a0, b1 / a0, b2 / a0, 1.0, a1 / a0, a2 / a0)
