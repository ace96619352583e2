"""Head starts and patience of the station."""

import math
from dataclasses import dataclass
from datetime import timedelta

PACE_RECOVERY = timedelta(seconds=60)
"""From standing still to the set pace: nodes that fell behind must first have caught up."""


@dataclass(frozen=True, slots=True)
class Times:
    """Head starts and patience of the station; settings may change them."""

    horizon: timedelta = timedelta(hours=6)
    """So long before its start an airing goes into the plans: time enough for a slow link to fetch it."""
    least_lead: timedelta = timedelta(seconds=5)
    """A plan's way to the nodes, their jittered asking, and the clock exchanges before a start."""
    bytes_per_second: int = 512 * 1024
    """What chunks are sent at to each node: a recording's own time on the way is added to the lead."""
    uplink_bytes_per_second: int = 100_000_000
    """What the broker's line carries to all nodes together: of many nodes each gets a share of it."""
    each_node: timedelta = timedelta(milliseconds=2)
    """What the station and the broker do for one node before a start: its wants, its receipt, its clock."""
    called_lead: timedelta = timedelta(milliseconds=350)
    """Of an emergency that nodes hold: all who get its plan within this begin at one instant."""
    grace: timedelta = timedelta(seconds=10)
    """After the end: for the last receipts, and for clocks that are not quite right."""
    pace_share: float = 1.0
    """Of the set pace, what chunks go out at now: less where nodes fell behind."""

    def lead(self, size: int, nodes: int) -> timedelta:
        """Return the head start that a recording of that many bytes needs on its way to that many nodes."""
        return self.least_lead + self.sending(size, nodes)

    def sending(self, size: int, nodes: int) -> timedelta:
        """Return how long a recording of that many bytes is on its way to that many nodes."""
        on_the_way = size * max(1 / self.bytes_per_second, nodes / self.uplink_bytes_per_second)
        return nodes * self.each_node + timedelta(seconds=on_the_way)

    def at_present_pace(self, span: timedelta) -> timedelta:
        """Return how long it takes from now to send what takes `span` at the set pace.

        The pace grows evenly to the set one within `PACE_RECOVERY`, of which it has `pace_share` now.
        """
        share, recovery = min(1.0, self.pace_share), PACE_RECOVERY.total_seconds()
        growing = (1 - share) * recovery
        sent_by_then = (1 + share) / 2 * growing
        left = span.total_seconds()
        if left >= sent_by_then:
            return timedelta(seconds=growing + left - sent_by_then)
        return timedelta(seconds=recovery * (math.sqrt(share**2 + 2 * left / recovery) - share))
