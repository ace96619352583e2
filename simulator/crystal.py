"""The raw clock of a cheap board: wrong by some offset, and ever more so by its drift."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from devices.ids import NodeId


@dataclass(slots=True)
class Crystal:
    """Raw time is true time plus `offset`, plus `drift` (seconds a second) since `set_at`."""

    offset: timedelta
    drift: float
    set_at: datetime

    @classmethod
    def of(cls, node: NodeId, seed: int, error_ms: float, drift_ppm: float, now: datetime) -> "Crystal":
        """Return the clock that the seed gives a node: off by up to `error_ms`, drifting by `drift_ppm`."""
        rng = random.Random(f"crystal {seed} {node}")  # noqa: S311 - a repeatable world
        offset = timedelta(milliseconds=rng.uniform(-error_ms, error_ms))
        return cls(offset, rng.uniform(-drift_ppm, drift_ppm) * 1e-6, now)

    def raw(self, true: datetime) -> datetime:
        """Return what this clock shows at a true instant."""
        # in seconds as floats: a timedelta times a float goes by exact fractions, which takes longer
        return true + self.offset + timedelta(0, (true - self.set_at).total_seconds() * self.drift)

    def true(self, raw: datetime) -> datetime:
        """Return the true instant at which this clock shows `raw`."""
        shown = (raw - self.offset - self.set_at).total_seconds()
        return self.set_at + timedelta(0, shown / (1 + self.drift))
