"""Waits, with a time-out, for other threads, processes and transactions; the caller asserts the outcome."""

import time

from sqlalchemy import text

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


_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def is_waiting(store):
    """Whether a transaction in the store's database waits for another one; on SQLite they always do."""
    with store.read() as session:
        return store.is_sqlite or session.scalar(_WAITING) > 0
