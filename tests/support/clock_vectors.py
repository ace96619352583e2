"""docs/protocol/vectors/clocks.json: exchanges with the station, and what a node then takes the time for."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from devices.ids import ClockSource
from devices.node.clock import StationClock
from devices.node.exchanges import Exchange, instant, micros
from tests.support.vector_keys import NOW

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
OWN = 1_000_000 * SECOND
"""What the node's own clock shows at NOW: it has its own epoch."""
Event = dict[str, Any]


class Link:
    """Exchanges of a node whose clock drifts, over a link with a least delay and jitter each way, seconds."""

    def __init__(self, seed: int, there_s: float, back_s: float, jitter_s: float, drift: float = 0.0) -> None:
        self._rng = random.Random(seed)
        self._delays = there_s, back_s
        self._jitter_s, self._drift = jitter_s, drift
        self.set_by = 0

    def own(self, true_us: int) -> int:
        """Return what the node's clock shows so long after NOW."""
        return OWN + true_us + round(true_us * self._drift) + self.set_by

    def exchange(self, true_us: int) -> Event:
        """Return an exchange that is asked so long after NOW."""
        there, back = (
            round((delay + self._rng.expovariate(1.0) * self._jitter_s) * SECOND) for delay in self._delays
        )
        received, replied = true_us + there, true_us + there + 500
        station = micros(NOW)
        instants = (
            self.own(true_us),
            station + received,
            station + replied,
            self.own(replied + back),
        )
        return {"exchange": instants}


def burst(link: Link, at: int = 0) -> list[Event]:
    return [link.exchange(at + n * 300_000) for n in range(8)]


def hours(link: Link, count: int) -> list[Event]:
    return burst(link) + [link.exchange(5 * MINUTE * n) for n in range(1, 12 * count + 1)]


def told(source: ClockSource, at: int, error_s: float, wrong_s: float = 0.0) -> Event:
    """A source of the board says the time; wrong by so much."""
    utc = micros(NOW) + at + round(wrong_s * SECOND)
    return {
        "told": {"source": source, "own_us": OWN + at, "utc_us": utc, "error_us": round(error_s * SECOND)}
    }


def _set_ahead(link: Link) -> list[Event]:
    before = burst(link)
    link.set_by = 5 * SECOND
    return [*before, link.exchange(MINUTE), *burst(link, 2 * MINUTE)]


def _cases() -> Iterator[tuple[str, list[Event], list[int]]]:
    """Yield events, and the own clock's readings (from that at NOW) at which the time is asked for."""
    yield "nothing is known", [], [0]
    yield "one exchange", [Link(1, 0.03, 0.03, 0.0).exchange(0)], [SECOND]
    yield "a burst", burst(Link(2, 0.04, 0.04, 0.01)), [3 * SECOND, 20 * SECOND, 10 * MINUTE]
    yield "ways of different length", burst(Link(3, 0.05, 0.03, 0.005)), [3 * SECOND]
    drifting = hours(Link(4, 0.04, 0.04, 0.01, 30e-6), 2)
    yield "two hours, a drift of 30 ppm", drifting, [2 * HOUR, 2 * HOUR + 30 * MINUTE, 4 * HOUR, 3 * DAY]
    yield "a slow link", burst(Link(5, 0.3, 0.3, 0.1)), [3 * SECOND, HOUR]
    slow = hours(Link(6, 0.3, 0.3, 0.2, -20e-6), 1)
    yield "an hour on a slow link", slow, [HOUR, HOUR + 59 * MINUTE, 2 * HOUR + 5 * MINUTE]
    yield "a burst, and then alone for weeks", burst(Link(7, 0.04, 0.04, 0.01)), [DAY, 20 * DAY]
    yield "the clock was set", _set_ahead(Link(8, 0.02, 0.02, 0.002)), [130 * SECOND]
    backwards = Link(9, 0.02, 0.02, 0.0).exchange(0)
    sent, received, replied, _ = backwards["exchange"]
    wrong = {"exchange": (sent, received, replied, sent - SECOND)}
    yield "a negative round trip", [backwards, wrong], [2 * SECOND]
    yield "NTP alone", [told(ClockSource.NTP, 0, 0.02)], [SECOND, 2 * HOUR]
    yield "an RTC at boot", [told(ClockSource.RTC, 0, 3.0)], [SECOND, 2 * HOUR, 3 * DAY]
    both = [*burst(Link(10, 0.3, 0.3, 0.1)), told(ClockSource.NTP, 4 * SECOND, 0.01)]
    yield "NTP is better than a slow link", both, [5 * SECOND]
    lie = [*burst(Link(11, 0.04, 0.04, 0.01)), told(ClockSource.NTP, 4 * SECOND, 0.01, 60.0)]
    yield "a source that contradicts the station", lie, [5 * SECOND]
    earlier = [told(ClockSource.GPS, 0, 0.01, 60.0), *burst(Link(12, 0.04, 0.04, 0.01), SECOND)]
    yield "the station contradicts a source", earlier, [5 * SECOND]


def _answers(events: list[Event], asked: list[int]) -> list[dict[str, Any]]:
    clock = StationClock()
    for event in events:
        if "exchange" in event:
            clock.add(Exchange(*event["exchange"]))
        else:
            said = event["told"]
            error = timedelta(microseconds=said["error_us"])
            clock.tell(said["source"], instant(said["utc_us"]), error, instant(said["own_us"]))
    return [{"own_us": OWN + at} | _answer(clock, OWN + at) for at in asked]


def _answer(clock: StationClock, own_us: int) -> dict[str, Any]:
    raw = instant(own_us)
    error = clock.error(raw)
    whole: Callable[[timedelta], int] = lambda span: span // timedelta(microseconds=1)  # noqa: E731
    return {
        "offset_us": None if error is None else whole(clock.offset(raw)),
        "error_us": None if error is None else whole(error),
        "trust": clock.trust(raw),
        "source": clock.source(raw),
    }


def clocks() -> dict[str, Any]:
    """Return the cases of clocks.json with the answers of our own clock."""
    return {
        "cases": [
            {"name": name, "events": events, "asked": _answers(events, asked)}
            for name, events, asked in _cases()
        ]
    }
