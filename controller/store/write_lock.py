"""Whose turn it is to write, in one process: one at a time, and what cannot wait before all that can."""

import threading


class WriteLock:
    """A lock with two ranks; SQLite has one writer, and waiting here is fairer than its own trying again."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._urgent = 0  # who waits and cannot

    def take(self, timeout: float, *, urgent: bool = False) -> bool:
        """Wait for the turn, at most so many seconds; False: it did not come. An urgent one is next."""
        with self._changed:
            self._urgent += urgent
            try:
                is_mine = self._changed.wait_for(
                    lambda: not self._taken and (urgent or not self._urgent), timeout
                )
                self._taken = self._taken or is_mine
                return is_mine
            finally:
                self._urgent -= urgent
                self._changed.notify_all()

    def give_back(self) -> None:
        """Let the next one have it."""
        with self._changed:
            self._taken = False
            self._changed.notify_all()
