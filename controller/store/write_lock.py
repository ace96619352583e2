"""Write lock of one process, with two priorities: emergencies first."""

import threading


class WriteLock:
    """A lock with two priorities; SQLite has one writer, and waiting here is fairer than its own retries."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._urgent = 0  # number of urgent waiters

    def take(self, timeout: float, *, urgent: bool = False) -> bool:
        """Wait at most so many seconds for the lock; return False on timeout. Urgent waiters get it first."""
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
        """Release the lock to the next waiter."""
        with self._changed:
            self._taken = False
            self._changed.notify_all()
