"""Decides whether the periodic work may find anything: at rest the database is queried every 5 s only."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, or_, select

from controller.model.airing_states import AiringState
from controller.model.airings import Airing
from controller.store import Store

AT_REST = 5.0
"""Seconds between two runs at rest (no decision, no near airing); finds what another program wrote into the
database, or what ends by time alone."""
NEAR = timedelta(seconds=60)
"""While an airing starts within this time, every run does its work; much longer than a pause at rest."""


@dataclass
class DueWatch:
    """Each run first calls `may_be`, and `done` after its work; without `done` the next run tries again."""

    store: Store
    now: Callable[[], datetime]
    steady: Callable[[], float]
    _seen: int = -1
    _looking_at: int = -1
    _again_at: float = 0.0
    _poked: threading.Event = field(default_factory=threading.Event)

    def wake(self) -> None:
        """Make the next run do its work, whatever the state."""
        self._poked.set()

    def may_be(self) -> bool:
        """Return whether to run now; cheap where the answer is no."""
        decisions = self.store.decisions
        if decisions == self._seen and self.steady() < self._again_at and not self._poked.is_set():
            return False
        self._poked.clear()
        self._looking_at, self._again_at = decisions, 0.0
        return True

    def done(self) -> None:
        """Note that a run is over: the next is due at a change, a near airing, or after `AT_REST` seconds."""
        with self.store.read() as session:
            near = session.scalar(_NEAR, {"soon": self.now() + NEAR})
        self._seen = self._looking_at
        self._again_at = 0.0 if near is not None else self.steady() + AT_REST


_NEAR = (
    select(Airing.id)
    .where(
        or_(
            Airing.state == AiringState.SOUNDING,
            and_(
                Airing.state.in_([AiringState.PLANNED, AiringState.DELIVERING]),
                Airing.starts_at <= bindparam("soon"),
            ),
        )
    )
    .limit(1)
)
