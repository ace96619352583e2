"""Lead times and waiting times of the station."""

import math
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from controller.model.local_time import ZONE

STILL_OPEN = timedelta(hours=6)
"""Until so long before its start an airing that is in the plans can still be taken back to be decided anew:
by a commune's word, by the order of two that collide, by a new wording. Enough for a slow link to fetch."""
PACE_RECOVERY = timedelta(seconds=60)
"""From a stop to the configured rate of sending: nodes that fell behind must catch up first."""


_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Times:
    """Lead times and waiting times of the station; settings may change them."""

    horizon: timedelta = STILL_OPEN
    """An airing enters the plans this long before its start; a day or more: at the midnight before that."""
    least_lead: timedelta = timedelta(seconds=5)
    """Time for a plan to reach the nodes, their jittered wants, and the clock exchanges before a start."""
    bytes_per_second: int = 512 * 1024
    """Rate of chunks to each node: a recording's transfer time is added to the lead time."""
    uplink_bytes_per_second: int = 100_000_000
    """Rate of the broker's line to all nodes together; many nodes share it."""
    each_node: timedelta = timedelta(milliseconds=2)
    """Work of station and broker for one node before a start: its wants, its receipt, its clock requests."""
    called_lead: timedelta = timedelta(milliseconds=270)
    """For an emergency that nodes already store: all that get its plan within this time start together."""
    grace: timedelta = timedelta(seconds=10)
    """Wait after the end for the last receipts, and for clocks that are slightly wrong."""
    pace_share: float = 1.0
    """Share of the configured rate at which chunks are sent now: less when nodes fell behind."""

    def plans_reach(self, now: datetime) -> datetime:
        """Return until when airings enter the plans now.

        A reach of days ends at a local midnight: so plans change once a day, in quiet hours, when recordings
        can be fetched, and not with each airing that comes near.
        """
        until = now + self.horizon
        if self.horizon < _DAY:
            return until
        return datetime.combine(until.astimezone(ZONE).date() + _DAY, time(), ZONE)

    def lead(self, size: int, nodes: int) -> timedelta:
        """Return the lead time for sending a recording of that many bytes to that many nodes."""
        return self.least_lead + self.sending(size, nodes)

    def sending(self, size: int, nodes: int) -> timedelta:
        """Return the transfer time of a recording of that many bytes to that many nodes."""
        on_the_way = size * max(1 / self.bytes_per_second, nodes / self.uplink_bytes_per_second)
        return nodes * self.each_node + timedelta(seconds=on_the_way)

    def at_present_pace(self, span: timedelta) -> timedelta:
        """Return how long it takes from now to send what takes `span` at the configured rate.

        The rate is `pace_share` of the configured one now and grows evenly to that within `PACE_RECOVERY`.
        """
        share, recovery = min(1.0, self.pace_share), PACE_RECOVERY.total_seconds()
        growing = (1 - share) * recovery
        sent_by_then = (1 + share) / 2 * growing
        left = span.total_seconds()
        if left >= sent_by_then:
            return timedelta(seconds=growing + left - sent_by_then)
        return timedelta(seconds=recovery * (math.sqrt(share**2 + 2 * left / recovery) - share))
