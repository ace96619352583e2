"""Periodic jobs ("beats") that query the database for due work (docs/architecture.md, "The clock").

The only module that uses APScheduler. A beat carries no data, so a lost, late or repeated one does no harm.
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
"""How long a stop waits for running beats; longer than any one transaction."""

_RINGERS = 2
"""Threads that trigger beats; a trigger only sets a flag, so two are enough for any number of beats."""


@dataclass(frozen=True)
class Beat:
    """One periodic job; `act` takes no argument and finds its own work."""

    name: str
    every: timedelta
    act: Callable[[], object]


class _Ringing:
    """Thread of one beat: triggered while it works, it runs once more afterwards, never twice at once."""

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
        """Ask the thread to end after its present run."""
        self._over.set()
        self._rung.set()

    def join(self, timeout: float) -> bool:
        """Wait for the thread to end; True when it has, or when it is the calling thread."""
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
        except Exception:  # noqa: BLE001 - after any exception the next run must come
            count = failures + 1
            if count & failures == 0:  # only the 1st, 2nd, 4th, 8th … in a row, to limit the log
                _LOG.exception("beat %s failed, %d in a row; it goes on", self._beat.name, count)
            return False
        return True


class Clock:
    """Triggers each beat when started, then at its interval, and earlier on request (`wake`).

    A beat that fails is logged and triggered again. Beats do not wait for each other.
    """

    def __init__(self, beats: Sequence[Beat]) -> None:
        names = [beat.name for beat in beats]
        if len(set(names)) != len(names):
            raise ValueError(f"two beats share a name: {names}")
        self._beats = tuple(beats)
        self._ringing: dict[str, _Ringing] = {}
        self._scheduler: BackgroundScheduler | None = None

    def start(self) -> None:
        """Start the beats; each is triggered at once. On a running clock this does nothing."""
        if self._scheduler is not None:
            return
        # it logs two lines per trigger, 69 MB a day, without information
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(_RINGERS)},
            # the default of one second silently drops late triggers
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

    def wake(self, name: str) -> None:
        """Run the beat as soon as it is free; does nothing while the clock is stopped.

        A wake during a run is kept: the beat runs once more afterwards.
        """
        if name not in {beat.name for beat in self._beats}:
            raise KeyError(name)
        ringing = self._ringing.get(name)
        if ringing is not None:
            ringing.ring()

    def stop(self, patience: timedelta = STOP_PATIENCE) -> bool:
        """Stop triggering and wait for running beats; False when one still ran after `patience`."""
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
