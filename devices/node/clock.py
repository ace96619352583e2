"""Station time as a node knows it: offset and drift fitted to clock exchanges; docs/protocol.md, Clock.

An exchange has four instants: sent and arrived on the node's raw clock, received and replied on the other.
Its offset is wrong by at most half its round trip. Each way takes its least delay and an excess, so the line
(offset, drift) is drawn along the quickest of each way: the maximum likelihood of exponential excesses, with
a prior on the drift (Moon, Skelly, Towsley: Estimation and removal of clock skew, INFOCOM 1999).
"""

import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

MOST_EXCHANGES = 32
"""Of more, the slowest of the older half goes: what is left of an older minute is its quickest exchange."""
MEMORY_S = 1200
"""An older exchange goes: long enough to know the drift, short enough to follow temperature."""
USUAL_DRIFT = 40e-6
"""Standard deviation of the drift before it is measured: crystals of small boards are within 50 ppm or so."""
MOST_DRIFT = 500e-6
"""Beyond this no crystal is: a drift is looked for within it."""
DRIFT_STEPS = 20
"""Each halves what is left to look in: to within 1e-9."""
DRIFT_WANDER = 5e-6
"""How fast a measured drift may stop being true (temperature): widens the bound as time goes by."""
LEAST_NOISE = 0.0003
"""Seconds that even the quickest exchange may be wrong by: interrupts, scheduling."""
NOISE_PER_EXCESS = 0.29
"""Delay beyond the shortest lies on one of two ways: uniform within half of it, deviation 1/sqrt(12)."""
SIGMAS = 3.0
"""How many standard deviations the error bound spans."""
TRUSTED_ERROR = timedelta(milliseconds=100)
"""A node that may be further off than this would be heard as an echo of the others."""
TRUST_LASTS = timedelta(hours=1)
"""Without any exchange for longer, a clock is not believed, whatever its figures say."""
STEP_MARGIN = 0.010
"""Seconds by which an exchange must contradict the fit beyond both bounds before the clock counts as set."""
LATEST_REPLY = timedelta(seconds=2)
"""A reply that took longer says too little about the clock to measure it by."""
SLOWEST_REPLY = timedelta(seconds=10)
"""Up to this, a late reply still says what is over and what is not, to within so long."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One clock exchange, microseconds: node's raw clock, station's, station's, node's."""

    sent_us: int
    received_us: int
    replied_us: int
    arrived_us: int

    @property
    def round_trip(self) -> float:
        """Return seconds on the way, both ways together, without the station's own time."""
        return ((self.arrived_us - self.sent_us) - (self.replied_us - self.received_us)) / 1e6

    @property
    def offset_us(self) -> int:
        """Return station minus node at the middle of the exchange."""
        return ((self.received_us - self.sent_us) + (self.replied_us - self.arrived_us)) // 2

    @property
    def is_late(self) -> bool:
        """Whether the answer took too long to measure the clock by it."""
        return self.arrived_us - self.sent_us > LATEST_REPLY // MICROSECOND

    @property
    def middle_us(self) -> int:
        """Return the middle of the exchange on the node's raw clock."""
        return (self.sent_us + self.arrived_us) // 2


@dataclass(frozen=True, slots=True)
class _Fit:
    """offset(raw) = base + a + b (raw - at), seconds, with the variances of a and b and their covariance."""

    at_us: int
    base_us: int
    a: float
    b: float
    var_a: float
    var_b: float
    cov: float
    half_trip: float
    newest_us: int

    def offset(self, raw_us: int) -> float:
        return self.base_us / 1e6 + self.a + self.b * (raw_us - self.at_us) / 1e6

    def raw(self, station: datetime) -> datetime:
        """Solve the line for the raw instant: epochs may be decades apart, so that guessing would not do."""
        since = (micros(station) - self.at_us - self.base_us) / 1e6 - self.a
        return instant(self.at_us) + timedelta(seconds=since / (1 + self.b))

    def error(self, raw_us: int) -> float:
        t = (raw_us - self.at_us) / 1e6
        variance = max(0.0, self.var_a + 2 * t * self.cov + t * t * self.var_b)
        age = abs(raw_us - self.newest_us) / 1e6
        return self.half_trip + SIGMAS * math.sqrt(variance) + DRIFT_WANDER * age


def micros(at: datetime) -> int:
    """Return whole microseconds since 1970 UTC of an aware instant."""
    return (at - EPOCH) // MICROSECOND


def instant(us: int) -> datetime:
    """Return the aware UTC instant of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=us)


class StationClock:
    """Turns the node's raw instants into the station's and back, and says how far off that may be.

    The raw clock may have any epoch: before the first exchange it says nothing. The estimate is then the
    latest station time that this node has proof of (`at_least`), so what is over by it is over indeed.
    """

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []
        self._fit: _Fit | None = None
        self._least: tuple[datetime, datetime] | None = None
        """A raw instant, and what the station's time was at least by then."""
        self._was_told = False
        self.steps = 0

    @property
    def is_set(self) -> bool:
        """Whether at least one exchange stands behind the estimate."""
        return self._fit is not None

    @property
    def knows_now(self) -> bool:
        """Whether the station has said what time it is now, well enough to tell what is over."""
        return self.is_set or self._was_told

    def at_least(self, station: datetime, raw: datetime) -> None:
        """Note proof that the station's time is at least this at a raw instant."""
        if self._least is None or station > self._least[1] + (raw - self._least[0]):
            self._least = (raw, station)

    def told_late(self, exchange: Exchange) -> None:
        """Take the time from a reply that was too late to measure by: at the latest, it is so late now."""
        latest_us = exchange.replied_us + exchange.arrived_us - exchange.sent_us
        self.at_least(instant(latest_us), instant(exchange.arrived_us))
        self._was_told = True

    def add(self, exchange: Exchange) -> bool:
        """Take one exchange in; return False where it contradicts all before: then these are forgotten."""
        self._least = (instant(exchange.arrived_us), instant(exchange.replied_us))
        if exchange.round_trip < 0 or exchange.arrived_us < exchange.sent_us:
            self.forget()
            return False
        agrees = self._agrees(exchange)
        if not agrees:
            self.forget()
        self._exchanges = _worth_keeping([*self._exchanges, exchange])
        self._fit = _fitted(self._exchanges)
        return agrees

    def forget(self) -> None:
        """Start anew: the raw clock was set, so what was learnt of it is void."""
        self._exchanges.clear()
        self._fit = None
        self._was_told = False
        self.steps += 1

    def was_set(self, before: datetime, now: datetime) -> None:
        """The raw clock jumped from `before` to `now`: only how late it was by then is still known."""
        known = self.station(before) if self._fit is not None or self._least is not None else None
        self.forget()
        self._least = None if known is None else (now, known)

    def station(self, raw: datetime) -> datetime:
        """Return the station's time at a raw instant; before the first exchange, what it is at least."""
        return raw + self.offset(raw)

    def raw(self, station: datetime) -> datetime:
        """Return the raw instant at which the station's time will be, or was, the one given."""
        if self._fit is None:
            return station - self.offset(station)
        return self._fit.raw(station)

    def offset(self, raw: datetime) -> timedelta:
        """Return station minus raw at a raw instant; zero while nothing is known."""
        if self._fit is not None:
            return timedelta(seconds=self._fit.offset(micros(raw)))
        return timedelta(0) if self._least is None else self._least[1] - self._least[0]

    def error(self, raw: datetime) -> timedelta | None:
        """Return a bound that the estimate's error hardly ever exceeds; None while nothing is known."""
        return timedelta(seconds=self._fit.error(micros(raw))) if self._fit else None

    def is_trusted(self, raw: datetime) -> bool:
        """Whether the estimate is good enough to start sound together with other nodes."""
        if self._fit is None or raw - instant(self._fit.newest_us) > TRUST_LASTS:
            return False
        return timedelta(seconds=self._fit.error(micros(raw))) <= TRUSTED_ERROR

    def _agrees(self, exchange: Exchange) -> bool:
        if self._fit is None:
            return True
        gap = abs(self._fit.offset(exchange.middle_us) - exchange.offset_us / 1e6)
        allowed = self._fit.error(exchange.middle_us) + exchange.round_trip / 2 + STEP_MARGIN
        return gap <= allowed


def _worth_keeping(exchanges: list[Exchange]) -> list[Exchange]:
    """Return the newest exchanges, and the quickest of the older ones."""
    since_us = exchanges[-1].arrived_us - MEMORY_S * 1_000_000
    kept = [exchange for exchange in exchanges if exchange.arrived_us >= since_us]
    if len(kept) > MOST_EXCHANGES:
        kept.remove(max(kept[: MOST_EXCHANGES // 2], key=lambda exchange: exchange.round_trip))
    return kept


def _fitted(exchanges: Sequence[Exchange]) -> _Fit:
    """Return the line, and the variances that weighted least squares with a prior on the drift would have."""
    newest = exchanges[-1]
    trips = [e.round_trip for e in exchanges]
    shortest = min(trips)
    excess = (sum(trips) - len(trips) * shortest) / (2 * max(1, len(trips) - 1))
    s0 = st = 0.0
    stt = 1.0 / (USUAL_DRIFT * USUAL_DRIFT)
    there, back = [], []
    for e, trip in zip(exchanges, trips, strict=True):
        noise = LEAST_NOISE + NOISE_PER_EXCESS * (trip - shortest)
        weight = 1.0 / (noise * noise)
        t = (e.middle_us - newest.middle_us) / 1e6
        s0 += weight
        st += weight * t
        stt += weight * t * t
        there.append((t, (e.received_us - e.sent_us - newest.offset_us) / 1e6))
        back.append((t, (e.arrived_us - e.replied_us + newest.offset_us) / 1e6))
    determinant = s0 * stt - st * st
    a, b = _line(_below(there), _below(back), len(trips) / max(excess, LEAST_NOISE))
    return _Fit(
        at_us=newest.middle_us,
        base_us=newest.offset_us,
        a=a,
        b=b,
        var_a=stt / determinant,
        var_b=s0 / determinant,
        cov=-st / determinant,
        half_trip=shortest / 2,
        newest_us=max(e.middle_us for e in exchanges),
    )


_Points = list[tuple[float, float]]


def _below(points: _Points) -> _Points:
    """Return the lower convex hull: no line that lies below these lies above any other."""
    hull: _Points = []
    for t, y in sorted(points):
        if hull and t == hull[-1][0]:
            continue  # the lower of the two is there
        while len(hull) > 1 and (hull[-1][1] - hull[-2][1]) * (t - hull[-2][0]) >= (y - hull[-2][1]) * (
            hull[-1][0] - hull[-2][0]
        ):
            hull.pop()
        hull.append((t, y))
    return hull


def _slopes(hull: _Points) -> list[float]:
    return [(later[1] - one[1]) / (later[0] - one[0]) for one, later in pairwise(hull)]


def _line(there: _Points, back: _Points, weight: float) -> tuple[float, float]:
    """Return offset at zero and drift of the line that leaves the least excess to both ways.

    With drift b the least delay of one way is min(y - b t), of the other min(y + b t). Their sum, weighted,
    less what the drift costs, is concave in b: its derivative is looked for where it changes its sign.
    """
    up, down = _slopes(there), _slopes(back)
    low, high = -MOST_DRIFT, MOST_DRIFT
    for _ in range(DRIFT_STEPS):
        drift = (low + high) / 2
        gain = weight * (back[bisect(down, -drift)][0] - there[bisect(up, drift)][0])
        if gain > drift / (USUAL_DRIFT * USUAL_DRIFT):
            low = drift
        else:
            high = drift
    one, other = min([y - drift * t for t, y in there]), min([y + drift * t for t, y in back])
    return (one - other) / 2, drift
