"""While an emergency or its stop is signed and goes out, the processor belongs to that alone."""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from controller.clocks import steady_seconds

R = TypeVar("R")
GIVE_WAY_S = 1.0
"""For so long receipts and periodic work wait: they would take the processor from broker and link."""


@dataclass
class GiveWay:
    """Says for how long to wait. Who waits does so once and then works, however often is called meanwhile."""

    clock: Callable[[], float] = steady_seconds
    _until: float = 0.0

    def begin(self) -> None:
        """Note that a plan that is to be heard at once is about to be signed, or was handed over just now."""
        self._until = self.clock() + GIVE_WAY_S

    @property
    def left_s(self) -> float:
        """Return the seconds that are left to wait; 0 at all other times."""
        return max(0.0, self._until - self.clock())

    def wait(self) -> None:
        """Wait as long as is left now."""
        if (left_s := self.left_s) > 0:
            time.sleep(left_s)

    def after(self, act: Callable[[], R]) -> Callable[[], R]:
        """Return the act, which waits before it begins."""

        @functools.wraps(act)
        def waiting() -> R:
            self.wait()
            return act()

        return waiting
