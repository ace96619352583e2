"""A counter that grows with every commit, for those who wait for news; see docs/architecture.md."""

import threading


class Changes:
    """Tells waiting threads that something is new, never what: they ask the database themselves."""

    def __init__(self) -> None:
        self._number = 0
        self._condition = threading.Condition()

    @property
    def number(self) -> int:
        """How many changes there have been."""
        with self._condition:
            return self._number

    def note(self) -> None:
        """Count one more change and wake all who wait; cheap, from any thread."""
        with self._condition:
            self._number += 1
            self._condition.notify_all()

    def wait(self, after: int, timeout: float) -> int:
        """Return the number as soon as it is above `after`, or after `timeout` seconds at the latest."""
        with self._condition:
            self._condition.wait_for(lambda: self._number > after, timeout)
            return self._number
