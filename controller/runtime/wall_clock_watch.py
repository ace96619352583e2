"""Detects that the machine's clock was set, and pauses what depends on it; see docs/decisions/017."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

_LOG = logging.getLogger(__name__)

_JUMP = 5.0  # seconds: a clock adjusted gradually never moves this far between two checks


@dataclass
class WallClock:
    """Compares the wall clock with steady seconds; after a jump it is trusted again once it is stable.

    It is trusted at once when it returns to its earlier value, otherwise after `still_for` seconds without
    another jump, and in any case `at_most` seconds after the first one: a station must not stay silent for
    ever.
    """

    now: Callable[[], datetime]
    steady: Callable[[], float]
    still_for: float = 20.0
    at_most: float = 300.0
    _believed: float | None = None  # wall minus steady seconds, when the clock was last trusted
    _seen: float = 0.0
    _jumped_at: float = 0.0
    _held_since: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def is_steady(self) -> bool:
        """Check the clock now, and return whether it is trusted; cheap, from any thread."""
        with self._lock:
            at = self.steady()
            offset = self.now().timestamp() - at
            if self._believed is None:
                self._believed = self._seen = offset
            if abs(offset - self._seen) > _JUMP:
                self._note_jump(offset, at)
            self._seen = offset
            if self._held_since is not None and self._may_believe(offset, at):
                self._held_since = None
                _LOG.warning("the machine's clock is trusted again")
            if self._held_since is None:
                self._believed = offset
            return self._held_since is None

    def _note_jump(self, offset: float, at: float) -> None:
        by = offset - self._seen
        _LOG.error("the machine's clock was set by %+.1f s; nothing is judged until it stands", by)
        self._jumped_at = at
        if self._held_since is None:
            self._held_since = at

    def _may_believe(self, offset: float, at: float) -> bool:
        assert self._believed is not None
        assert self._held_since is not None
        is_back = abs(offset - self._believed) <= _JUMP
        return is_back or at - self._jumped_at >= self.still_for or at - self._held_since >= self.at_most
