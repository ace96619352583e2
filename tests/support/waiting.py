"""Waits for what other threads and processes do: bounded, and the caller asserts the outcome."""

import time

WITHIN = 60.0
_LOOK = 0.05


def wait_until(is_so, seconds=WITHIN):
    """Return whether it becomes so within so many seconds; looked at every 50 ms."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(_LOOK)
    return False
