"""Decides when a restarted station has read enough to advance airings; see docs/decisions/010."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

_LONGEST = 3  # times the patience: a node that never stops sending must not delay the station without end


@dataclass
class Settling:
    """Waits, for a bounded time, for messages that nodes queued while the station was down.

    Once `patience` seconds have passed since the first contact with the broker (or since the start, while
    there is none), all messages received by then must be written; it ends after three times the patience
    anyway.
    """

    patience: float
    clock: Callable[[], float]  # steady seconds: setting the wall clock must not prolong it
    is_over: bool = False
    _since: float | None = None
    _goal: int | None = None
    _heard: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        """Note the start."""
        self._since = self.clock()

    def heard(self) -> None:
        """Note a contact with the broker; only the first one counts. From any thread."""
        if not self._heard.is_set():
            self._since = self.clock()
            self._heard.set()

    def look(self, arrived: int, written: int) -> bool:
        """Return whether the wait is over; `arrived` and `written`: numbers of messages of nodes."""
        if self.is_over or self._since is None:
            return self.is_over
        waited = self.clock() - self._since
        if waited >= self.patience and self._goal is None:
            self._goal = arrived
        self.is_over = waited >= _LONGEST * self.patience or (
            self._goal is not None and written >= self._goal
        )
        return self.is_over
