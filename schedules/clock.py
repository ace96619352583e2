"""The clock of the station: beats that ask the database what is due (docs/architecture.md, "The clock").

The only door to APScheduler. A beat carries no data, so a lost, late or doubled one changes nothing.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

_LOG = logging.getLogger(__name__)

STOP_PATIENCE = timedelta(seconds=10)
"""How long a stop waits for beats in the middle of their work; longer than any one transaction."""

_RINGERS = 2
"""Threads that ring beats; ringing only sets a flag, so two are plenty for any number of beats."""


@dataclass(frozen=True)
class Beat:
    """One thing that is done again and again; `act` takes no argument and finds its own work."""

    name: str
    every: timedelta
    act: Callable[[], object]


class _Ringing:
    """One beat's own thread: rung while it works, it works once more, and never twice at once."""

    def __init__(self, beat: Beat) -> None:
        self._beat = beat
        self._rung = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"beat-{beat.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ring(self) -> None:
        self._rung.set()

    def end(self) -> None:
        """Ask the thread to leave after what it is doing now."""
        self._over.set()
        self._rung.set()

    def join(self, timeout: float) -> bool:
        """Wait for the thread to leave; True when it has, or when it is the one that asks."""
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)
            return not self._thread.is_alive()
        return True

    def _run(self) -> None:
        failures = 0
        while True:
            self._rung.wait()
            if self._over.is_set():
                return
            self._rung.clear()
            failures = 0 if self._act(failures) else failures + 1

    def _act(self, failures: int) -> bool:
        try:
            self._beat.act()
        except Exception:  # noqa: BLE001 - whatever a beat raises, the next one must come
            count = failures + 1
            if count & failures == 0:  # first, second, fourth, eighth … in a row: no flood of traces
                _LOG.exception("beat %s failed, %d in a row; it goes on", self._beat.name, count)
            return False
        return True


class Clock:
    """Rings each beat at once when started, then at its interval, and sooner when poked.

    A beat that fails is logged and rung again. Beats do not wait for each other.
    """

    def __init__(self, beats: Sequence[Beat]) -> None:
        names = [beat.name for beat in beats]
        if len(set(names)) != len(names):
            raise ValueError(f"two beats share a name: {names}")
        self._beats = tuple(beats)
        self._ringing: dict[str, _Ringing] = {}
        self._scheduler: BackgroundScheduler | None = None

    def start(self) -> None:
        """Start the beats; each is rung at once. A clock that runs already stays as it is."""
        if self._scheduler is not None:
            return
        # two lines each time that a beat is rung: 69 MB a day that say nothing
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(_RINGERS)},
            # the default grace of one second silently drops what comes late
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )
        for beat in self._beats:
            ringing = self._ringing[beat.name] = _Ringing(beat)
            ringing.start()
            scheduler.add_job(
                ringing.ring,
                IntervalTrigger(seconds=beat.every.total_seconds(), timezone=UTC),
                id=beat.name,
                next_run_time=datetime.now(UTC),
            )
        scheduler.start()
        self._scheduler = scheduler

    def poke(self, name: str) -> None:
        """Run the beat as soon as it is free; does nothing while the clock is stopped.

        A poke during the beat's work is kept: the beat works once more afterwards.
        """
        if name not in {beat.name for beat in self._beats}:
            raise KeyError(name)
        ringing = self._ringing.get(name)
        if ringing is not None:
            ringing.ring()

    def stop(self, patience: timedelta = STOP_PATIENCE) -> bool:
        """Ring no more and wait for beats at work; False when one still worked after `patience`."""
        if self._scheduler is None:
            return True
        self._scheduler.shutdown(wait=False)
        self._scheduler = None
        ringing, self._ringing = self._ringing, {}
        for one in ringing.values():
            one.end()
        until = time.monotonic() + patience.total_seconds()
        late = [name for name, one in ringing.items() if not one.join(max(0.0, until - time.monotonic()))]
        if late:
            _LOG.warning("beats still at work when the clock stopped: %s", ", ".join(late))
        return not late
