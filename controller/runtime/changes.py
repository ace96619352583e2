"""A counter that grows with every commit, for threads that wait for news; see docs/architecture.md."""

import threading


class Changes:
    """Wakes waiting threads when something changed; they query the database for what changed."""

    def __init__(self) -> None:
        self._number = 0
        self._condition = threading.Condition()

    @property
    def number(self) -> int:
        """Return the number of changes so far."""
        with self._condition:
            return self._number

    def note(self) -> None:
        """Count one more change and wake all waiting threads; cheap, from any thread."""
        with self._condition:
            self._number += 1
            self._condition.notify_all()

    def wait(self, after: int, timeout: float) -> int:
        """Return the number when it is above `after`, or after `timeout` seconds at the latest."""
        with self._condition:
            self._condition.wait_for(lambda: self._number > after, timeout)
            return self._number
