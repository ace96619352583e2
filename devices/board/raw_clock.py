"""The raw clock of a board: CLOCK_MONOTONIC_RAW, which nothing sets and NTP does not slew.

Its epoch is random at each start: a clock reply of an earlier start is then never taken for one of this.
"""

import random
import time
from datetime import UTC, datetime, timedelta

_EPOCHS_DAYS = (10_000, 40_000)


class RawClock:
    """Readings as seconds, for the loudspeaker, and as instants, for the brain."""

    def __init__(self) -> None:
        day = random.SystemRandom().uniform(*_EPOCHS_DAYS)
        self._epoch = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)

    @staticmethod
    def seconds() -> float:
        """Return the present reading, seconds since the board's boot."""
        return time.clock_gettime(time.CLOCK_MONOTONIC_RAW)

    def now(self) -> datetime:
        """Return the present reading as an instant."""
        return self.at(self.seconds())

    def at(self, seconds: float) -> datetime:
        """Return a reading as an instant."""
        return self._epoch + timedelta(seconds=seconds)

    def seconds_at(self, instant: datetime) -> float:
        """Return the reading that an instant stands for."""
        return (instant - self._epoch).total_seconds()
