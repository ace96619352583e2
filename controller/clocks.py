"""The controller's two clocks; read only by commands and the station, passed to everything else."""

import time
from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC)


def steady_seconds() -> float:
    """Return monotonic seconds: nobody can set them, and they count while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
