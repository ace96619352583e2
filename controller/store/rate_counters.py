"""Counters of rate limits in PostgreSQL, for pages that several processes serve; a storage of `limits`."""

import time
from typing import Any, Final, NoReturn

from limits.storage import Storage
from limits.storage.base import MovingWindowSupport
from sqlalchemy import Connection, delete, func, insert, select

from controller.model.rate_hits import KEY_LENGTH, RateHit
from controller.store.engine import Store

KEPT_S: Final = 24 * 3600
"""Seconds after which a hit counts nowhere: the longest limit is an hour's."""


class SharedCounters(Storage, MovingWindowSupport):
    """One row for each hit; a transaction of its own for each question, whatever the caller has open."""

    STORAGE_SCHEME = None

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count a hit; False: that would be more than `limit` in `expiry` seconds."""
        key, now = key[:KEY_LENGTH], time.time()
        with self._store.apart() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
            if _window(connection, key, now - expiry)[1] + amount > limit:
                return False
            connection.execute(insert(RateHit), [{"key": key, "at": now}] * amount)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return when the oldest hit was that counts, and how many count."""
        del limit
        now = time.time()
        with self._store.apart() as connection:
            oldest, hits = _window(connection, key[:KEY_LENGTH], now - expiry)
        return (now if oldest is None else oldest), hits

    def sweep(self) -> None:
        """Delete what counts nowhere."""
        with self._store.apart() as connection:
            connection.execute(delete(RateHit).where(RateHit.at < time.time() - KEPT_S))

    def clear(self, key: str) -> None:
        """Forget the hits of a key."""
        with self._store.apart() as connection:
            connection.execute(delete(RateHit).where(RateHit.key == key[:KEY_LENGTH]))

    def reset(self) -> int | None:
        """Forget all."""
        with self._store.apart() as connection:
            return connection.execute(delete(RateHit)).rowcount

    def check(self) -> bool:
        """Return whether the database answers."""
        with self._store.apart() as connection:
            return connection.scalar(select(1)) == 1

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what `limits` would wrap; it wraps nothing here."""
        return OSError

    def _of_fixed_windows(self, *_args: object, **_named: object) -> NoReturn:
        """Raise RuntimeError. `Storage` demands these three, which limiters of fixed windows alone call.

        All limits here are moving windows. A fixed one would count each process by itself, so it must not
        go unnoticed.
        """
        raise RuntimeError("the shared counters keep moving windows alone")

    incr = get = get_expiry = _of_fixed_windows


def _window(connection: Connection, key: str, since: float) -> tuple[float | None, int]:
    query: Any = select(func.min(RateHit.at), func.count()).where(RateHit.key == key, RateHit.at >= since)
    oldest, hits = connection.execute(query).one()
    return oldest, hits
