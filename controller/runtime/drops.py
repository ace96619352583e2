"""Counts messages for which a queue had no room, and logs them in one line for several seconds."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

TELL_EVERY = 5.0  # seconds between two lines: one for each message would fill the log under overload


@dataclass
class Drops:
    """Counts in the thread that finds the queue full; a thread that runs periodically writes the lines."""

    log: logging.Logger
    what: str  # what was dropped, for the line
    clock: Callable[[], float] = time.monotonic
    _count: int = 0  # since the last line
    _tell_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self) -> None:
        """Count one message that was dropped."""
        with self._lock:
            self._count += 1

    def tell(self, most: int) -> None:
        """Log the number dropped since the last line, at most each `TELL_EVERY`; `most`: the queue's size."""
        now = self.clock()
        if not self._count or now < self._tell_at:
            return
        with self._lock:
            count, self._count = self._count, 0
        self._tell_at = now + TELL_EVERY
        self.log.warning("%d %s dropped: %d were waiting", count, self.what, most)
