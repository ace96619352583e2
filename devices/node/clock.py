"""Station time as a node knows it: offset and drift, fitted to clock exchanges; docs/protocol.md, Clock.

The offset of one exchange has an error of at most half its round trip. The fastest exchanges of the last
minutes are fitted together; older ones are summarised in one line, so the drift is known from hours of data.
"""

from datetime import datetime, timedelta

from devices.node.clock_line import USUAL_DRIFT, ClockLine, fitted
from devices.node.exchanges import Exchange, instant, micros

MOST_EXCHANGES = 32
"""Above this, the slowest of the older half is deleted: of older minutes the fastest exchanges remain."""
MEMORY_S = 1200
"""Seconds after which an exchange is summarised in the past line: the drift is nearly constant for that
long."""
DRIFT_WANDER = 5e-6
"""Seconds a second by which a measured drift may change (temperature): the bound grows with time."""
SIGMAS = 3.0
"""Number of standard deviations in the error bound."""
TRUSTED_ERROR = timedelta(milliseconds=100)
"""A node with a larger error would be heard as an echo of the others."""
TRUST_LASTS = timedelta(hours=1)
"""Without an exchange for longer, a clock is not trusted, whatever its estimate."""
STEP_MARGIN = 0.010
"""Seconds by which an exchange must contradict the fit, beyond both bounds, before the clock counts as
set."""
ENOUGH_FOR_SHORTEST = 16
"""From this number of exchanges on, the shortest is close enough to the least delay to judge others by it."""
KEPT_DRIFT = 2e-6
"""Standard deviation added to the kept drift after a reset: the deleted exchanges may have been wrong."""


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
        self._line: ClockLine | None = None
        self._half_trip = 0.0
        """Half the shortest round trip of the exchanges that are kept, seconds."""
        self._least: tuple[datetime, datetime] | None = None
        """A raw instant, and the lower bound of the station's time at it."""
        self._was_told = False
        self.steps = 0

    @property
    def is_set(self) -> bool:
        """Return whether the estimate is based on at least one exchange."""
        return self._line is not None

    @property
    def knows_now(self) -> bool:
        """Return whether the station has told the time precisely enough to decide what is over."""
        return self.is_set or self._was_told

    def at_least(self, station: datetime, raw: datetime) -> None:
        """Note proof that the station's time is at least `station` at a raw instant."""
        if self._least is None or station > self._least[1] + (raw - self._least[0]):
            self._least = (raw, station)

    def told_late(self, exchange: Exchange) -> None:
        """Take the latest time that a reply allows which was too late to measure the clock with."""
        latest_us = exchange.replied_us + exchange.arrived_us - exchange.sent_us
        self.at_least(instant(latest_us), instant(exchange.arrived_us))
        self._was_told = True

    def add(self, exchange: Exchange) -> bool:
        """Add one exchange; return False if it contradicts all earlier ones, which are then deleted."""
        self._least = (instant(exchange.arrived_us), instant(exchange.replied_us))
        if exchange.round_trip < 0 or exchange.arrived_us < exchange.sent_us:
            self.forget()
            return False
        agrees = self._agrees(exchange)
        if not agrees:
            self.forget()
        self._keep(exchange)
        return agrees

    def forget(self) -> None:
        """Start again with the drift alone: the raw clock was set, so its old offset is void."""
        if self._line is not None:
            self._drift = (self._line.b, min(self._line.var_b + KEPT_DRIFT**2, USUAL_DRIFT**2))
        self._exchanges.clear()
        self._past = self._line = None
        self._was_told = False
        self.steps += 1

    def was_set(self, before: datetime, now: datetime) -> None:
        """Handle a jump of the raw clock from `before` to `now`: only the lower bound of the time is kept."""
        known = self.station(before) if self._line is not None or self._least is not None else None
        self.forget()
        self._least = None if known is None else (now, known)

    def station(self, raw: datetime) -> datetime:
        """Return the station's time at a raw instant; before the first exchange, its lower bound."""
        return raw + self.offset(raw)

    def raw(self, station: datetime) -> datetime:
        """Return the raw instant that corresponds to a station time."""
        if self._line is None:
            return station - self.offset(station)
        return instant(self._line.at_us) + timedelta(seconds=self._line.since(micros(station)))

    def offset(self, raw: datetime) -> timedelta:
        """Return station minus raw at a raw instant; zero while nothing is known."""
        if self._line is not None:
            return timedelta(seconds=self._line.offset(micros(raw)))
        return timedelta(0) if self._least is None else self._least[1] - self._least[0]

    def error(self, raw: datetime) -> timedelta | None:
        """Return a bound that the estimate's error rarely exceeds; None while nothing is known."""
        if self._line is None:
            return None
        return timedelta(seconds=self._half_trip + self._spread(self._line, micros(raw)))

    def is_trusted(self, raw: datetime) -> bool:
        """Return whether the estimate is good enough to start sound together with other nodes."""
        error = self.error(raw)
        if error is None or raw - instant(self._exchanges[-1].middle_us) > TRUST_LASTS:
            return False
        return error <= TRUSTED_ERROR

    def _keep(self, exchange: Exchange) -> None:
        kept = self._exchanges
        if not kept and self._drift is not None:
            self._past = ClockLine.starting(exchange, *self._drift)
        kept.append(exchange)
        if len(kept) > MOST_EXCHANGES:
            kept.remove(max(kept[: MOST_EXCHANGES // 2], key=lambda one: one.round_trip))
        since_us = exchange.arrived_us - MEMORY_S * 1_000_000
        floor = fitted(kept)[1] if kept[0].arrived_us < since_us else 0.0
        while kept[0].arrived_us < since_us:
            oldest = kept.pop(0)
            self._past = (self._past or ClockLine.starting(oldest)).measured(oldest, floor)
        line, _ = fitted(kept)
        if self._past is not None:
            joined = line.joined(self._past)
            self._past = None if joined is None else self._past
            line = joined or line
        self._line = line
        self._half_trip = min([one.round_trip for one in kept]) / 2

    def _agrees(self, exchange: Exchange) -> bool:
        """Return whether delays explain the exchange: those above the shortest; all if it is not known."""
        if self._line is None:
            return True
        at_us, trip = exchange.middle_us, exchange.round_trip
        gap = abs(self._line.offset(at_us) - exchange.offset_us / 1e6)
        is_known = len(self._exchanges) >= ENOUGH_FOR_SHORTEST
        delays = max(0.0, trip / 2 - self._half_trip) if is_known else self._half_trip + trip / 2
        return gap <= delays + self._spread(self._line, at_us) + STEP_MARGIN

    def _spread(self, line: ClockLine, raw_us: int) -> float:
        """Return the possible error of the offset in seconds, without the delays of exchanges."""
        age = abs(raw_us - self._exchanges[-1].middle_us) / 1e6
        return SIGMAS * line.deviation(raw_us) + DRIFT_WANDER * age
