"""Warns before an airing starts that many loudspeakers will not have its recording in time.

See docs/officer.md, "Sẽ kịp". The notice is closed when the delivery catches up.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from controller.features.airings.lateness import DeliveryFacts, forecasts
from controller.features.airings.lateness_facts import delivery_facts
from controller.features.airings.notifications import notified_late, tell_caught_up, tell_late
from controller.model.times import Times
from controller.store import Store
from devices.ids import AiringId

_EVERY, _WHEN_CALM = 1.0, 3.0
"""Seconds between two checks: the query counts the deliveries of what starts soon (10 ms for 5,000)."""
_NEAR = timedelta(minutes=1)
"""Time before a start, and after its delivery began, in which checks run each second."""
_JUST_BEGUN = timedelta(seconds=30)
"""Airings that started earlier are not checked: their counts are shown, and no notice is closed any more."""


@dataclass
class LatenessWatch:
    """Checks each delivery in progress; one notice for each airing, closed when it is no longer true."""

    store: Store
    times: Callable[[], Times]
    now: Callable[[], datetime]
    clock: Callable[[], float]
    _next: float = 0.0
    _notified: dict[AiringId, bool] = field(default_factory=dict)
    """Of airings in delivery: whether a notice was sent; after a restart this is read from the notices."""
    _closed: set[AiringId] = field(default_factory=set)

    def look(self) -> None:
        """Check, if it is time; writes only when a notice changes."""
        if self.clock() < self._next:
            return
        now = self.now()
        with self.store.read() as session:
            found = delivery_facts(session, now, since=now - _JUST_BEGUN)
            facts = {one.airing: one for one in found}
            fresh = facts.keys() - self._notified.keys()
            known = notified_late(session, fresh) if fresh else set()
        is_near = any(one.starts_at - now < _NEAR or now - one.begun_at < _NEAR for one in found)
        self._next = self.clock() + (_EVERY if is_near or not found else _WHEN_CALM)
        self._notified = {one: self._notified.get(one, one in known) for one in facts}
        self._closed &= facts.keys()
        self._compare(facts, now)

    def _compare(self, facts: dict[AiringId, DeliveryFacts], now: datetime) -> None:
        found = forecasts(facts.values(), now, self.times())
        for airing, forecast in found.items():
            is_before = now < facts[airing].starts_at
            if is_before and forecast.is_late and not self._notified[airing]:
                with self.store.write() as session:
                    tell_late(session, airing, forecast, now=now)
                self._notified[airing] = True
            elif (
                self._notified[airing]
                and airing not in self._closed
                and not forecast.is_late
                and facts[airing].is_through
            ):
                with self.store.write() as session:
                    tell_caught_up(session, airing, forecast, now=now)
                self._closed.add(airing)
