"""Limits concurrent password hashes: each takes 64 MiB and one core for 0.25 s."""

import contextlib
from collections.abc import Iterator
from threading import BoundedSemaphore

from controller.errors import TooManyTries

AT_ONCE = 4
"""256 MiB at most. The pages let at most three sign-ins hash at once, so one is left for those signed in."""
_WAIT_SECONDS = 10.0
"""Longer than that nobody waits; the threads that wait are never those of emergencies."""

_PERMITS = BoundedSemaphore(AT_ONCE)
_URGENT = BoundedSemaphore(2)
"""Of those who call an emergency, beside the others: 128 MiB more."""


@contextlib.contextmanager
def hashing(*, urgent: bool = False) -> Iterator[None]:
    """Hold one slot, or raise TooManyTries. Never hold a slot inside a write transaction.

    `urgent`: for a call of an emergency, which waits for no sign-in.
    """
    permits = _URGENT if urgent else _PERMITS
    if not permits.acquire(timeout=_WAIT_SECONDS):
        raise TooManyTries(
            "Máy chủ đang kiểm tra quá nhiều mật khẩu cùng lúc. Chưa có gì thay đổi. "
            "Hãy thử lại sau ít giây.",
            retry_after=5,
            code="station.full",
        )
    try:
        yield
    finally:
        permits.release()
