"""Offset and drift of a raw clock as a line with variances, fitted to exchanges; docs/protocol.md, Clock.

The newest exchanges are fitted to the fastest of each direction: each delay is the least delay of its
direction plus an excess, and with exponential excesses the line with the least total excess is the most
likely one (Moon, Skelly, Towsley: Estimation and removal of clock skew, INFOCOM 1999). What is taken is the
mean over all lines, as likely as each is: its error is the smaller (Pitman's estimator). Older exchanges are
summarised in one line by a Kalman filter whose drift is a random walk. Both are normal distributions of
(offset, drift) and are combined as such.
"""

import math
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from devices.node.exchanges import Exchange

USUAL_DRIFT = 40e-6
"""Standard deviation of the drift before it is measured: crystals of small boards are within about 50 ppm."""
MOST_DRIFT = 500e-6
"""No crystal drifts more: the search range of the drift."""
DRIFT_STEPS = 20
"""Bisection steps: to within 1e-9."""
MEAN_STEPS = 64
"""Steps over all drifts that count."""
LEAST_REACH, NEGLIGIBLE = 1e-8, 12.0
"""The nearest drift that is tried, and logarithm of how unlikely one is that is left out."""
FIRST_REACH = LEAST_REACH * 2**12
"""The drift that is tried first: after a burst the outermost that counts is some 40 ppm away."""
TWO_VARIANCES = 2 * USUAL_DRIFT * USUAL_DRIFT
DRIFT_WALK = 0.5e-6**2 / 1800
"""Variance that the drift gains in a second: it changes by about 0.5 ppm in half an hour (temperature)."""
MOST_WALK = 1.5e-6
"""Standard deviation of the drift's change over days: the walk ends there, since temperature comes back."""
LEAST_NOISE = 0.0003
"""Error of even the fastest exchange, seconds: interrupts, scheduling."""
NOISE_PER_EXCESS = 0.29
"""Delay above the shortest is in one of two directions: uniform within half of it, deviation 1/sqrt(12)."""
STARTING_OFFSET = 1.0
"""Standard deviation, seconds, of an offset from a single exchange; half of its round trip, if more."""
CONTRADICTION = 7.0
"""Standard deviations between two lines from which on they contradict each other."""


@dataclass(frozen=True, slots=True)
class ClockLine:
    """offset(raw) = base + a + b (raw - at), seconds, with the variances of a and b and their covariance."""

    at_us: int
    base_us: int
    a: float
    b: float
    var_a: float
    var_b: float
    cov: float

    @classmethod
    def starting(cls, exchange: Exchange, drift: float = 0.0, var_b: float = USUAL_DRIFT**2) -> "ClockLine":
        """Return the line where only the drift is known."""
        deviation = max(STARTING_OFFSET, exchange.round_trip / 2)
        return cls(exchange.middle_us, exchange.offset_us, 0.0, drift, deviation**2, var_b, 0.0)

    def offset(self, raw_us: int) -> float:
        """Return station minus raw at a raw instant, seconds."""
        return self.base_us / 1e6 + self.a + self.b * (raw_us - self.at_us) / 1e6

    def since(self, station_us: int) -> float:
        """Return the seconds from `at_us` to where the line reaches a station instant.

        Solved exactly for the raw instant: epochs may be decades apart, so an approximation would not be
        enough.
        """
        return ((station_us - self.at_us - self.base_us) / 1e6 - self.a) / (1 + self.b)

    def deviation(self, raw_us: int) -> float:
        """Return the standard deviation of the offset at a raw instant, seconds."""
        return math.sqrt(max(0.0, self._variance((raw_us - self.at_us) / 1e6)))

    def moved(self, at_us: int) -> "ClockLine":
        """Return the same line relative to another instant; the variance of the drift grows meanwhile."""
        t = (at_us - self.at_us) / 1e6
        walked = DRIFT_WALK * abs(t)
        cov = self.cov + t * self.var_b + walked * t / 2
        a = self.a + self.b * t
        return ClockLine(at_us, self.base_us, a, self.b, self._variance(t), self.var_b + walked, cov)

    def measured(self, exchange: Exchange, floor: float) -> "ClockLine":
        """Return the line updated with a later exchange; `floor` is the least round trip, seconds."""
        old = self.moved(exchange.middle_us)
        variance = old.var_a + _noise(exchange.round_trip - floor) ** 2
        wrong = (exchange.offset_us - old.base_us) / 1e6 - old.a
        gain_a, gain_b = old.var_a / variance, old.cov / variance
        return ClockLine(
            at_us=old.at_us,
            base_us=old.base_us,
            a=old.a + gain_a * wrong,
            b=old.b + gain_b * wrong,
            var_a=old.var_a - gain_a * old.var_a,
            var_b=old.var_b - gain_b * old.cov,
            cov=old.cov - gain_a * old.cov,
        )

    def joined(self, other: "ClockLine") -> "ClockLine | None":
        """Return the combination of this line and an independent one; None if they contradict each other."""
        told = other.moved(self.at_us)
        da = (told.base_us - self.base_us) / 1e6 + told.a - self.a
        db = told.b - self.b
        saa, sbb, sab = self.var_a + told.var_a, self.var_b + told.var_b, self.cov + told.cov
        determinant = saa * sbb - sab * sab
        if sbb * da * da - 2 * sab * da * db + saa * db * db > CONTRADICTION**2 * determinant:
            return None
        kaa = (self.var_a * sbb - self.cov * sab) / determinant
        kab = (self.cov * saa - self.var_a * sab) / determinant
        kba = (self.cov * sbb - self.var_b * sab) / determinant
        kbb = (self.var_b * saa - self.cov * sab) / determinant
        return ClockLine(
            at_us=self.at_us,
            base_us=self.base_us,
            a=self.a + kaa * da + kab * db,
            b=self.b + kba * da + kbb * db,
            var_a=self.var_a - kaa * self.var_a - kab * self.cov,
            var_b=self.var_b - kba * self.cov - kbb * self.var_b,
            cov=self.cov - kaa * self.cov - kab * self.var_b,
        )

    def _variance(self, t: float) -> float:
        walked = min(DRIFT_WALK * abs(t) / 3, MOST_WALK**2) * t * t
        return self.var_a + 2 * t * self.cov + t * t * self.var_b + walked


def fitted(exchanges: Sequence[Exchange]) -> ClockLine:
    """Return the line at the newest exchange."""
    newest = exchanges[-1]
    trips = [e.round_trip for e in exchanges]
    excess = (sum(trips) - len(trips) * min(trips)) / (2 * max(1, len(trips) - 1))
    quickest = _quickest(exchanges)
    a, b, var_a, var_b, cov = quickest.mean(quickest.likeliest())
    # each least delay is longer than the shortest that is possible, by its excess / n on the average
    var_a += ((max(excess, LEAST_NOISE) / len(trips)) ** 2 + LEAST_NOISE**2 / len(trips)) / 2
    return ClockLine(newest.middle_us, newest.offset_us, a, b, var_a, var_b, cov)


def least_trip(exchanges: Sequence[Exchange]) -> float:
    """Return the least round trip, seconds: of the fastest of each direction at the likeliest drift."""
    quickest = _quickest(exchanges)
    return min(*(e.round_trip for e in exchanges), quickest.least(quickest.likeliest()))


def _quickest(exchanges: Sequence[Exchange]) -> "_Quickest":
    newest = exchanges[-1]
    times = [(e.middle_us - newest.middle_us) / 1e6 for e in exchanges]
    there = [(e.received_us - e.sent_us - newest.offset_us) / 1e6 for e in exchanges]
    back = [(e.arrived_us - e.replied_us + newest.offset_us) / 1e6 for e in exchanges]
    up, down = _below(zip(times, there, strict=True)), _below(zip(times, back, strict=True))
    return _Quickest(up, down, [e.round_trip for e in exchanges])


def _noise(excess: float) -> float:
    return LEAST_NOISE + NOISE_PER_EXCESS * max(0.0, excess)


_Points = list[tuple[float, float]]


def _below(points: Iterable[tuple[float, float]]) -> _Points:
    """Return the lower convex hull of the points."""
    hull: _Points = []
    for t, y in sorted(points):
        if hull and t == hull[-1][0]:
            continue  # the lower point is already in the hull
        while len(hull) > 1:
            (t0, y0), (t1, y1) = hull[-2:]
            if (y1 - y0) * (t - t0) < (y - y0) * (t1 - t0):
                break
            hull.pop()
        hull.append((t, y))
    return hull


def _slopes(hull: _Points) -> list[float]:
    return [(later[1] - one[1]) / (later[0] - one[0]) for one, later in pairwise(hull)]


class _Piece(NamedTuple):
    """Drifts for which the quickest exchange of each direction is the same, so that all is linear in them."""

    end: float
    """The first drift that is not among them."""
    excess: float
    """Total excess, seconds, at a drift of 0."""
    excess_gain: float
    """What it gains with the drift."""
    offset: float
    """Offset at zero, seconds, at a drift of 0."""
    offset_gain: float


class _Quickest:
    """How likely each drift is, by the quickest exchanges of each direction.

    With drift b the least delay of one direction is min(y - b t), of the other min(y + b t), and the total
    excess what all round trips take beyond both. Excesses are exponential, and their mean is not known: b is
    as likely as the total excess to the power of 2 - 2 n, times the normal distribution of drifts.
    """

    def __init__(self, there: _Points, back: _Points, trips: Sequence[float]) -> None:
        self._n = len(trips)
        self._power = 2 - 2 * self._n
        self._total = sum(trips) + 2 * LEAST_NOISE * self._n
        self._pieces = list(self._in_order(there, back))
        self._ends = [piece.end for piece in self._pieces]

    def _in_order(self, there: _Points, back: _Points) -> Iterator[_Piece]:
        """Yield the pieces: as the drift grows, the quickest is a later one there and an earlier one back."""
        ends = [(slope, True) for slope in _slopes(there)] + [(-slope, False) for slope in _slopes(back)]
        ways = iter(there), reversed(back)
        (t, y), (other_t, other_y) = next(ways[0]), next(ways[1])
        for end, is_there in [*sorted(ends), (math.inf, None)]:
            excess, gain = self._total - self._n * (y + other_y), self._n * (t - other_t)
            yield _Piece(end, excess, gain, (y - other_y) / 2, -(t + other_t) / 2)
            if is_there:
                t, y = next(ways[0])
            elif is_there is not None:
                other_t, other_y = next(ways[1])

    def likeliest(self) -> float:
        """Return the drift where it is greatest: bisection finds where its derivative changes sign."""
        low, high = -MOST_DRIFT, MOST_DRIFT
        for _ in range(DRIFT_STEPS):
            drift = (low + high) / 2
            _, excess, gain, _, _ = self._pieces[bisect(self._ends, drift)]
            if self._power * gain / (excess + gain * drift) > drift / (USUAL_DRIFT * USUAL_DRIFT):
                low = drift
            else:
                high = drift
        return drift

    def least(self, drift: float) -> float:
        """Return the sum of both least delays."""
        _, excess, gain, _, _ = self._pieces[bisect(self._ends, drift)]
        return (self._total - excess - gain * drift) / self._n

    def mean(self, likeliest: float) -> tuple[float, float, float, float, float]:
        """Return the mean offset at zero and drift, over all drifts as likely as each is; and how they vary.

        That is their variances and covariance. The likeliest drift alone is further off by a third: it goes
        by two exchanges.
        """
        low, high = likeliest - self._reach(likeliest, -1), likeliest + self._reach(likeliest, 1)
        step, n, at_likeliest = (high - low) / MEAN_STEPS, 0, self._offset(likeliest)
        s0 = sa = sb = saa = sbb = sab = 0.0
        for piece in self._pieces[bisect(self._ends, low) :]:
            until = 1 + int(min(MEAN_STEPS, (piece.end - low) / step))
            w0, w1, w2 = self._weighed(piece, likeliest, [low + one * step for one in range(n, until)])
            n = max(n, until)
            a, gain = piece.offset + piece.offset_gain * likeliest - at_likeliest, piece.offset_gain
            s0, sb, sbb = s0 + w0, sb + w1, sbb + w2
            sa += a * w0 + gain * w1
            saa += a * a * w0 + 2 * a * gain * w1 + gain * gain * w2
            sab += a * w1 + gain * w2
        a, b = sa / s0, sb / s0
        return at_likeliest + a, likeliest + b, saa / s0 - a * a, sbb / s0 - b * b, sab / s0 - a * b

    def _weighed(self, piece: _Piece, likeliest: float, drifts: list[float]) -> tuple[float, float, float]:
        """Return the sums of weights w, of w b and of w b b; b is a drift of the piece less the likeliest."""
        excess, gain, power, top = piece.excess, piece.excess_gain, self._power, self._logarithm(likeliest)
        exp, log = math.exp, math.log
        w0 = w1 = w2 = 0.0
        for drift in drifts:
            weight = exp(power * log(excess + gain * drift) - drift * drift / TWO_VARIANCES - top)
            b = drift - likeliest
            w0 += weight
            w1 += (moment := weight * b)
            w2 += moment * b
        return w0, w1, w2

    def _reach(self, likeliest: float, sign: int) -> float:
        """Return how far to one side of the likeliest drift one is still worth counting."""
        least, reach = self._logarithm(likeliest) - NEGLIGIBLE, FIRST_REACH
        while reach > LEAST_REACH and self._logarithm(likeliest + sign * reach / 2) <= least:
            reach /= 2
        while reach < MOST_DRIFT and self._logarithm(likeliest + sign * reach) > least:
            reach *= 2
        return reach

    def _logarithm(self, drift: float) -> float:
        """Return the logarithm of how likely a drift is."""
        _, excess, gain, _, _ = self._pieces[bisect(self._ends, drift)]
        return self._power * math.log(excess + gain * drift) - drift * drift / TWO_VARIANCES

    def _offset(self, drift: float) -> float:
        """Return the offset at zero, seconds."""
        _, _, _, offset, gain = self._pieces[bisect(self._ends, drift)]
        return offset + gain * drift
