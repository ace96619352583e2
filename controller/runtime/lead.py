"""Whether this station leads, and the epoch in which it does; docs/decisions/141-a-lease-and-its-epoch.md."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from controller.errors import StartFailed
from controller.features.plans.leadership import note_lead, take_lead
from controller.store import Store
from controller.store.station_lease import LeaderFacts, Lease
from controller.store.station_lock import FileLock, lock_of

BROKER_AWAY_S: Final = 30.0
"""Seconds without the broker after which a leader lets another station try: longer than a restart of it."""


class GivenUp(StartFailed):
    """A standby was asked to end before it led."""

    code = "station.given-up"


@dataclass
class Lead:
    """The lock of the database and the epoch of this station; `led`: the store for who leads alone."""

    store: Store
    home: Path
    now: Callable[[], datetime]
    lock: FileLock | Lease = field(init=False)
    led: Store = field(init=False)
    epoch: int = 0
    _had_broker_at: float | None = None  # in this lead, by the steady clock

    def __post_init__(self) -> None:
        self.lock = lock_of(self.store, self.home)
        self.led = self.store.guarded(self.lock.guard)

    @property
    def is_held(self) -> bool:
        """Whether this station leads now; cheap, from any thread."""
        return self.lock.is_held

    def tell(self, facts: Callable[[], LeaderFacts]) -> None:
        """Have what others are to know of this leader written with each renewal."""
        if isinstance(self.lock, Lease):
            self.lock.facts = facts

    def take(self, given_up: threading.Event | None, on_lost: Callable[[], None] | None) -> None:
        """Take the lock; `given_up`: wait for it as a standby, until somebody sets that."""
        if isinstance(self.lock, Lease) and on_lost is not None:
            self.lock.on_lost = on_lost
        if given_up is None:
            self.lock.take()
        elif not self.lock.wait(given_up):
            raise GivenUp("Đài chờ đã dừng trước khi giữ quyền phát. Chưa có gì đang phát từ đây.")

    def begin(self) -> bool:
        """Begin the epoch, once the database is migrated; return whether it is a new one."""
        if not isinstance(self.lock, Lease):
            self.epoch = self.epoch or take_lead(self.store, self.home, now=self.now())
            return False  # what it signed before goes on; after a change of homes, the next run signs anew
        if self.lock.epoch == self.epoch:
            return False
        epoch = self.lock.epoch
        note_lead(self.led, epoch, now=self.now())
        self.epoch, self._had_broker_at = epoch, None
        return True

    def is_cut_off(self, *, broker_up: bool, at: float) -> bool:
        """Return whether it had the broker and lost it for so long that another station should try.

        One that never had it keeps the lead: where nobody reaches the broker, the lead changes once.
        """
        if broker_up:
            self._had_broker_at = at
        return self._had_broker_at is not None and at - self._had_broker_at > BROKER_AWAY_S

    def check(self) -> bool:
        """Return whether this station leads; where the lease was lost, try to take it anew."""
        return self.lock.check()

    def release(self) -> None:
        """Give up the lead."""
        self.lock.release()
