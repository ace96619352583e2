"""Rate of sending chunks: what the broker's uplink carries to all, halved when nodes fall behind; pure."""

from dataclasses import dataclass

from controller.model.times import PACE_RECOVERY

LEAST = 25_000
"""Bytes a second, or the configured rate if that is less: below this, a start would certainly be missed."""
GROWTH_S = PACE_RECOVERY.total_seconds()
SLOWED_FOR_S = 10.0
"""What was sent before the rate was halved keeps arriving for this time: no reason to halve it again."""
BURST_S = 2.0
"""After a pause of this length the measurement of the actual rate starts again."""


@dataclass
class Pace:
    """Bytes a second to each node; additive increase, multiplicative decrease."""

    most: float
    line: float = float("inf")
    """Bytes a second that the broker's uplink carries to all nodes together."""
    rate: float = 0.0
    _seen_at: float = 0.0
    _slowed_at: float = float("-inf")
    _burst_at: float = 0.0
    _burst_bytes: int = 0

    def __post_init__(self) -> None:
        """Start at the configured rate."""
        self.rate = self.rate or self.most

    def pause(
        self, size: int, now: float, *, nodes: int = 1, links: float = 1.0, is_urgent: bool = False
    ) -> float:
        """Count what was sent; return the seconds that it takes at the current rate (urgent: the set one).

        `nodes`: the number of receivers; `links`: the number of receivers served in turn when each gets
        different data. Urgent data is not slowed down: nodes that fall behind, or claim to, must not delay an
        emergency; an uplink slower than configured delays it anyway.
        """
        if now - self._seen_at > BURST_S:
            self._burst_at, self._burst_bytes = now, 0
        else:
            self.rate = min(self.most, self.rate + self.most * (now - self._seen_at) / GROWTH_S)
        self._seen_at = now
        self._burst_bytes += size
        if is_urgent:
            return size / (self.most * links)
        return max(size / (self.rate * links), size * nodes / self.line)

    @property
    def share(self) -> float:
        """Return the current rate as a share of the configured one."""
        return self.rate / self.most

    def slow_down(self, now: float) -> bool:
        """Halve the actual rate, unless that was done just now; return whether it was halved."""
        if now - self._slowed_at < SLOWED_FOR_S:
            return False
        self._slowed_at = now
        took = now - self._burst_at
        true = self._burst_bytes / took if took > 0 and self._burst_bytes else self.rate
        self.rate = max(min(self.most, LEAST), min(self.rate, true) / 2)
        return True
