"""Station time as a node knows it: offset and drift, fitted to clock exchanges; docs/protocol.md, Clock.

The offset of one exchange has an error of at most half its round trip. The fastest exchanges of the last
minutes are fitted together; older ones are summarised in one line, so the drift is known from hours of data.
Without a link the node goes on by that drift. A source of the board (NTP, GPS, RTC) is a second estimate; the
one with the smaller error bound counts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from devices.ids import ClockSource, ClockTrust
from devices.node.clock_line import USUAL_DRIFT, ClockLine, fitted, least_trip
from devices.node.exchanges import MICROSECOND, Exchange, instant, micros

MOST_EXCHANGES = 32
"""Above this, the slowest of the older half is deleted: of older minutes the fastest exchanges remain."""
MEMORY_S = 2400
"""Seconds after which an exchange is summarised in the past line: the drift is nearly constant for that
long."""
DRIFT_WANDER = 5e-6
"""Seconds a second by which a measured drift may change (temperature): the bound grows with time."""
SIGMAS = 3.0
"""Number of standard deviations in the error bound."""
TOGETHER = timedelta(milliseconds=100)
"""A node with a larger error would be heard as an echo of the others."""
ON_THE_MINUTE = timedelta(seconds=10)
"""Up to this error a node speaks its plan by itself: ten seconds beside the hour are not noticed, and a drift
that was measured for some hours stays within it for more than a week without a link."""
HOLD_OVER_AFTER = timedelta(hours=1)
"""An estimate whose last measurement is older is reported as hold-over."""
LONGEST_GAP = timedelta(minutes=5)
"""Longest time between two exchanges: a raw clock that was set is noticed no later."""
SHORTEST_GAP = timedelta(seconds=15)
"""A clock whose bound grows too much within this time is in doubt, and asks more often."""
STEADY, STEADY_SHARE = 0.006, 0.1
"""Seconds, or share of half the shortest round trip if that is more: what drift may add to the error bound
until the next exchange. On a slow link the delays are what is uncertain, and more exchanges do not help."""
STEP_MARGIN = 0.010
"""Seconds by which an exchange must contradict the fit, beyond both bounds, before the clock counts as
set."""
ENOUGH_FOR_SHORTEST = 16
"""From this number of exchanges on, the shortest is close enough to the least delay to judge others by it."""
KEPT_DRIFT = 2e-6
"""Standard deviation added to the kept drift after a reset: the deleted exchanges may have been wrong."""

Known = tuple[ClockTrust, timedelta]
"""What the time is good for, and station minus raw clock."""


@dataclass(frozen=True, slots=True)
class _Basis:
    """An estimate: a line, a fixed part of its error in seconds, and when it was last measured."""

    line: ClockLine
    fixed: float
    measured_us: int
    source: ClockSource

    def spread(self, raw_us: int) -> float:
        """Return the part of the error bound that grows with time, seconds."""
        age = abs(raw_us - self.measured_us) / 1e6
        return SIGMAS * self.line.deviation(raw_us) + DRIFT_WANDER * age

    def error(self, raw_us: int) -> float:
        """Return the error bound, seconds."""
        return self.fixed + self.spread(raw_us)


class StationClock:
    """Converts between raw instants and station time, and gives an error bound.

    The raw clock may have any epoch: before the first exchange it means nothing. Until then the estimate is
    the latest station time that this node has proof of (`at_least`), so what is over by it is really over.
    """

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []
        self._past: ClockLine | None = None
        """Summary of exchanges that are no longer kept; before there are any, the drift that is known."""
        self._drift: tuple[float, float] | None = None
        """The drift and its variance, known from before the clock was set: it is the same crystal."""
        self._asked: _Basis | None = None
        """The estimate from exchanges with the station."""
        self._told: _Basis | None = None
        """The estimate from a source of the board."""
        self._least: tuple[datetime, datetime] | None = None
        """A raw instant, and the lower bound of the station's time at it."""
        self._heard: datetime | None = None
        self._last_offset: tuple[datetime, timedelta] | None = None
        """The offset at the raw instant that was asked for last: each event asks some ten times for one."""
        self.steps = 0

    @property
    def is_set(self) -> bool:
        """Return whether the time is known: from the station, or from a source of the board."""
        return self._asked is not None or self._told is not None

    @property
    def heard_at(self) -> datetime | None:
        """Return the station's time at its last signed word to this node; None: never heard."""
        return self._heard

    def heard(self, station: datetime) -> None:
        """Note that the station signed something for this node at an instant of its own time."""
        self._heard = station if self._heard is None else max(self._heard, station)

    def alone_for(self, raw: datetime) -> timedelta:
        """Return how long this node has not heard from the station; zero before it ever did."""
        return timedelta() if self._heard is None else max(timedelta(), self.station(raw) - self._heard)

    def at_least(self, station: datetime, raw: datetime) -> None:
        """Note proof that the station's time is at least `station` at a raw instant."""
        if self._least is None or station > self._least[1] + (raw - self._least[0]):
            self._least, self._last_offset = (raw, station), None

    def add(self, exchange: Exchange) -> bool:
        """Add one exchange; return False if it contradicts all earlier ones, which are then deleted."""
        self._least, self._last_offset = (instant(exchange.arrived_us), instant(exchange.replied_us)), None
        self.heard(instant(exchange.replied_us))
        if exchange.round_trip < 0 or exchange.arrived_us < exchange.sent_us:
            self.forget()
            return False
        agrees = self._agrees(exchange)
        if not agrees:
            self.forget()
        self._keep(exchange)
        if self._told is not None and not self._fits(self._told, exchange.arrived_us):
            self._told = self._last_offset = None  # the station's word is signed, the source's is not
        return agrees

    def tell(self, source: ClockSource, utc: datetime, error: timedelta, raw: datetime) -> bool:
        """Take the time of a source of the board; return False if it contradicts what the station signed."""
        raw_us, seconds = micros(raw), error.total_seconds()
        drift, var_b = (0.0, USUAL_DRIFT**2)
        if self._asked is not None:
            drift, var_b = self._asked.line.b, self._asked.line.var_b
        line = ClockLine(raw_us, micros(utc) - raw_us, 0.0, drift, 0.0, var_b, 0.0)
        told = _Basis(line, seconds, raw_us, source)
        is_before = self._least is not None and utc + error < self._least[1] + (raw - self._least[0])
        if is_before or not self._fits(told, raw_us):
            return False
        if self._told is None or told.error(raw_us) <= self._told.error(raw_us):
            self._told, self._last_offset = told, None
        return True

    def _fits(self, told: _Basis, raw_us: int) -> bool:
        """Return whether a source's time and the exchanges agree within both error bounds."""
        asked = self._asked
        if asked is None:
            return True
        gap = abs(told.line.offset(raw_us) - asked.line.offset(raw_us))
        return gap <= told.error(raw_us) + asked.error(raw_us)

    def forget(self) -> None:
        """Start again with the drift alone: the raw clock was set, so its old offset is void."""
        if self._asked is not None:
            line = self._asked.line
            self._drift = (line.b, min(line.var_b + KEPT_DRIFT**2, USUAL_DRIFT**2))
        self._exchanges.clear()
        self._past = self._asked = self._told = self._last_offset = None
        self.steps += 1

    def was_set(self, before: datetime, now: datetime) -> None:
        """Handle a jump of the raw clock from `before` to `now`: only the lower bound of the time is kept."""
        known = self.station(before) if self.is_set or self._least is not None else None
        self.forget()
        self._least, self._last_offset = None if known is None else (now, known), None

    def station(self, raw: datetime) -> datetime:
        """Return the station's time at a raw instant; while it is unknown, its lower bound."""
        return raw + self.offset(raw)

    def raw(self, station: datetime) -> datetime:
        """Return the raw instant that corresponds to a station time."""
        if not self.is_set:
            return station - self.offset(station)
        station_us = micros(station)
        asked, told = self._asked, self._told
        basis = asked or told
        assert basis is not None
        if asked is not None and told is not None:
            basis = self._best(round(basis.line.at_us + basis.line.since(station_us) * 1e6)) or basis
        return instant(basis.line.at_us) + timedelta(seconds=basis.line.since(station_us))

    def offset(self, raw: datetime) -> timedelta:
        """Return station minus raw at a raw instant; zero while nothing is known."""
        last = self._last_offset
        if last is not None and raw is last[0]:
            return last[1]
        basis = self._best(raw_us := micros(raw))
        if basis is not None:
            offset = timedelta(seconds=basis.line.offset(raw_us))
        else:
            offset = timedelta(0) if self._least is None else self._least[1] - self._least[0]
        self._last_offset = raw, offset
        return offset

    def error(self, raw: datetime) -> timedelta | None:
        """Return a bound that the estimate's error rarely exceeds; None while the time is unknown."""
        basis = self._best(raw_us := micros(raw))
        return None if basis is None else timedelta(seconds=basis.error(raw_us))

    def trust(self, raw: datetime) -> ClockTrust:
        """Return what the estimate is good enough for."""
        error = self.error(raw)
        if error is None or error > ON_THE_MINUTE:
            return ClockTrust.NONE
        return ClockTrust.TOGETHER if error <= TOGETHER else ClockTrust.ON_THE_MINUTE

    def known(self, raw: datetime) -> Known:
        """Return what the estimate is good for, and what it is."""
        return self.trust(raw), self.offset(raw)

    def is_together(self, raw: datetime) -> bool:
        """Return whether the estimate is good enough to start sound together with other nodes."""
        return self.trust(raw) is ClockTrust.TOGETHER

    def source(self, raw: datetime) -> ClockSource:
        """Return where the estimate comes from."""
        basis = self._best(raw_us := micros(raw))
        if basis is None:
            return ClockSource.NONE
        is_old = raw_us - basis.measured_us > HOLD_OVER_AFTER // MICROSECOND
        return ClockSource.HOLD_OVER if is_old and basis.source is not ClockSource.RTC else basis.source

    def longest_gap(self, raw: datetime) -> timedelta:
        """Return how long the next exchange may be away while the bound hardly grows; zero: it grows fast."""
        if self._asked is None:
            return timedelta()
        now_us, gap = micros(raw), LONGEST_GAP
        most = max(STEADY, STEADY_SHARE * self._asked.fixed)
        while gap >= SHORTEST_GAP:
            if self._asked.spread(now_us + gap // MICROSECOND) <= most:
                return gap
            gap /= 2
        return timedelta()

    def _best(self, raw_us: int) -> _Basis | None:
        asked, told = self._asked, self._told
        if told is None or asked is None:
            return asked or told
        return told if told.error(raw_us) < asked.error(raw_us) else asked

    def _keep(self, exchange: Exchange) -> None:
        kept = self._exchanges
        if not kept and self._drift is not None:
            self._past = ClockLine.starting(exchange, *self._drift)
        kept.append(exchange)
        if len(kept) > MOST_EXCHANGES:
            kept.remove(max(kept[: MOST_EXCHANGES // 2], key=lambda one: one.round_trip))
        since_us = exchange.arrived_us - MEMORY_S * 1_000_000
        floor = least_trip(kept) if kept[0].arrived_us < since_us else 0.0
        while kept[0].arrived_us < since_us:
            oldest = kept.pop(0)
            self._past = (self._past or ClockLine.starting(oldest)).measured(oldest, floor)
        line = fitted(kept)
        if self._past is not None:
            joined = line.joined(self._past)
            self._past = None if joined is None else self._past
            line = joined or line
        half_trip = min([one.round_trip for one in kept]) / 2
        self._asked = _Basis(line, half_trip, kept[-1].middle_us, ClockSource.STATION)
        self._last_offset = None

    def _agrees(self, exchange: Exchange) -> bool:
        """Return whether delays explain the exchange: those above the shortest; all if it is not known."""
        asked = self._asked
        if asked is None:
            return True
        at_us, trip = exchange.middle_us, exchange.round_trip
        gap = abs(asked.line.offset(at_us) - exchange.offset_us / 1e6)
        is_known = len(self._exchanges) >= ENOUGH_FOR_SHORTEST
        delays = max(0.0, trip / 2 - asked.fixed) if is_known else asked.fixed + trip / 2
        return gap <= delays + asked.spread(at_us) + STEP_MARGIN
