"""Station time as a node knows it: offset and drift, fitted to clock exchanges; docs/protocol.md, Clock.

An exchange's offset is wrong by at most half its round trip. The quickest exchanges of the last minutes are
fitted together; an older one goes into one line that sums up all before: so the drift is known from hours.
"""

from datetime import datetime, timedelta

from devices.node.clock_line import USUAL_DRIFT, ClockLine, fitted
from devices.node.exchanges import Exchange, instant, micros

MOST_EXCHANGES = 32
"""Of more, the slowest of the older half goes: what is left of an older minute is its quickest exchange."""
MEMORY_S = 1200
"""An older exchange goes into the past: so long the drift is as good as constant."""
DRIFT_WANDER = 5e-6
"""How fast a measured drift may stop being true (temperature): widens the bound as time goes by."""
SIGMAS = 3.0
"""How many standard deviations the error bound spans."""
TRUSTED_ERROR = timedelta(milliseconds=100)
"""A node that may be further off than this would be heard as an echo of the others."""
TRUST_LASTS = timedelta(hours=1)
"""Without any exchange for longer, a clock is not believed, whatever its figures say."""
STEP_MARGIN = 0.010
"""Seconds by which an exchange must contradict the fit beyond both bounds before the clock counts as set."""
ENOUGH_FOR_SHORTEST = 16
"""From so many exchanges on, the shortest is near enough to the least delay to judge others by it."""
KEPT_DRIFT = 2e-6
"""Standard deviation that a drift gains when all else is forgotten: what was forgotten may have spoilt it."""


class StationClock:
    """Turns the node's raw instants into the station's and back, and says how far off that may be.

    The raw clock may have any epoch: before the first exchange it says nothing. The estimate is then the
    latest station time that this node has proof of (`at_least`), so what is over by it is over indeed.
    """

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []
        self._past: ClockLine | None = None
        """What the exchanges that are no longer kept say; before there are any, the drift that is known."""
        self._drift: tuple[float, float] | None = None
        """The drift and its variance, known from before the clock was set: its crystal is the same."""
        self._line: ClockLine | None = None
        self._half_trip = 0.0
        """Half the shortest round trip of the exchanges that are kept, seconds."""
        self._least: tuple[datetime, datetime] | None = None
        """A raw instant, and what the station's time was at least by then."""
        self._was_told = False
        self.steps = 0

    @property
    def is_set(self) -> bool:
        """Whether at least one exchange stands behind the estimate."""
        return self._line is not None

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
        self._keep(exchange)
        return agrees

    def forget(self) -> None:
        """Start anew, with the drift alone: the raw clock was set, so what its offset was is void."""
        if self._line is not None:
            self._drift = (self._line.b, min(self._line.var_b + KEPT_DRIFT**2, USUAL_DRIFT**2))
        self._exchanges.clear()
        self._past = self._line = None
        self._was_told = False
        self.steps += 1

    def was_set(self, before: datetime, now: datetime) -> None:
        """The raw clock jumped from `before` to `now`: only how late it was by then is still known."""
        known = self.station(before) if self._line is not None or self._least is not None else None
        self.forget()
        self._least = None if known is None else (now, known)

    def station(self, raw: datetime) -> datetime:
        """Return the station's time at a raw instant; before the first exchange, what it is at least."""
        return raw + self.offset(raw)

    def raw(self, station: datetime) -> datetime:
        """Return the raw instant at which the station's time will be, or was, the one given."""
        if self._line is None:
            return station - self.offset(station)
        return instant(self._line.at_us) + timedelta(seconds=self._line.since(micros(station)))

    def offset(self, raw: datetime) -> timedelta:
        """Return station minus raw at a raw instant; zero while nothing is known."""
        if self._line is not None:
            return timedelta(seconds=self._line.offset(micros(raw)))
        return timedelta(0) if self._least is None else self._least[1] - self._least[0]

    def error(self, raw: datetime) -> timedelta | None:
        """Return a bound that the estimate's error hardly ever exceeds; None while nothing is known."""
        if self._line is None:
            return None
        return timedelta(seconds=self._half_trip + self._spread(self._line, micros(raw)))

    def is_trusted(self, raw: datetime) -> bool:
        """Whether the estimate is good enough to start sound together with other nodes."""
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
        """Whether delays explain the exchange: beyond the shortest, or all while that is not known."""
        if self._line is None:
            return True
        at_us, trip = exchange.middle_us, exchange.round_trip
        gap = abs(self._line.offset(at_us) - exchange.offset_us / 1e6)
        is_known = len(self._exchanges) >= ENOUGH_FOR_SHORTEST
        delays = max(0.0, trip / 2 - self._half_trip) if is_known else self._half_trip + trip / 2
        return gap <= delays + self._spread(self._line, at_us) + STEP_MARGIN

    def _spread(self, line: ClockLine, raw_us: int) -> float:
        """Return by how much the offset may be wrong, seconds, delays of all exchanges apart."""
        age = abs(raw_us - self._exchanges[-1].middle_us) / 1e6
        return SIGMAS * line.deviation(raw_us) + DRIFT_WANDER * age
