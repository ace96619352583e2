"""Waits, with a time-out, for other threads and processes; the caller asserts the outcome."""

import time

WITHIN = 60.0
_LOOK = 0.05


def wait_until(is_so, seconds=WITHIN):
    """Return whether the condition becomes true within so many seconds; checked every 50 ms."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(_LOOK)
    return False
