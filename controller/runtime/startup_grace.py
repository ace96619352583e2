"""When a station that was away has heard enough to move anything; see docs/decisions/010."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

_LONGEST = 3  # times the patience: a node that never stops talking must not keep everybody waiting


@dataclass
class Settling:
    """Waits for what nodes had to tell since the start, some seconds, and never without bound.

    Once `patience` seconds have passed since the first contact with the broker (or since the start, while
    there is none), all that had arrived by then has to be written; three times the patience ends it anyway.
    """

    patience: float
    clock: Callable[[], float]  # steady seconds: no setting of the wall clock may prolong this
    is_over: bool = False
    _since: float | None = None
    _goal: int | None = None
    _heard: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        """Note the start."""
        self._since = self.clock()

    def heard(self) -> None:
        """Note a contact with the broker; the first one counts. From any thread."""
        if not self._heard.is_set():
            self._since = self.clock()
            self._heard.set()

    def look(self, arrived: int, written: int) -> bool:
        """Return whether it is over, given how many words of nodes arrived and were written."""
        if self.is_over or self._since is None:
            return self.is_over
        waited = self.clock() - self._since
        if waited >= self.patience and self._goal is None:
            self._goal = arrived
        self.is_over = waited >= _LONGEST * self.patience or (
            self._goal is not None and written >= self._goal
        )
        return self.is_over
