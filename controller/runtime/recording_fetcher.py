"""Keeps what plans name at hand where recordings are in S3, so that no chunk waits for that."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from controller.errors import LoaError
from controller.runtime.wants import Need
from devices.ids import RecordingId
from tts.errors import SpeechError, StoreAway
from tts.recordings import RecordingId as Stored
from tts.recordings import RecordingStore

_LOG = logging.getLogger(__name__)

EVERY_S: Final = 60.0
"""Seconds between looks at what plans name: they name it long before it sounds."""
AGAIN_S: Final = 5.0
"""Seconds after a look that the store did not answer."""
FAILED_S: Final = 60.0
"""Seconds for which one that is lost or damaged is left alone: its nodes ask for it every few seconds."""


@dataclass
class RecordingFetcher:
    """One thread that fetches what is not at hand, what is needed first before all else.

    The chunk sender sends only what is at hand, and says by `wake` that something is asked for that is not.
    """

    recordings: RecordingStore
    needs: Callable[[], dict[RecordingId, Need]]  # what plans name now
    clock: Callable[[], float] = time.monotonic
    _failed: dict[RecordingId, float] = field(default_factory=dict)  # until when each is left alone
    _wake: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Start looking."""
        self._thread = threading.Thread(target=self._run, name="recording-fetcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop; a fetch in progress is left to its own bound of time."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(1)

    def wake(self) -> None:
        """Look at once."""
        self._wake.set()

    def fetch_all(self) -> bool:
        """Fetch what plans name and is not at hand; return False where the store does not answer."""
        while not self._stopping.is_set():
            needs = self.needs()  # again after each: something more urgent may have come
            self._failed = {one: until for one, until in self._failed.items() if until > self.clock()}
            left = needs.keys() - self._failed.keys()
            lacking = [one for one in left if not self.recordings.is_local(Stored(one))]
            if not lacking:
                break
            first = min(lacking, key=lambda one: needs[one].order)
            try:
                self.recordings.file(Stored(first))
            except StoreAway:
                return False
            except (SpeechError, OSError) as error:  # lost, damaged, or the disk is full
                _LOG.error("recording %s cannot be fetched: %s", first, type(error).__name__)
                self._failed[first] = self.clock() + FAILED_S
        return True

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            has_answered = False
            try:
                has_answered = self.fetch_all()
            except LoaError as error:
                _LOG.warning("what plans name cannot be read now (%s)", error.code)
            except Exception:  # noqa: BLE001 - whatever fails, chunks must be at hand the next time
                _LOG.exception("recordings are not fetched; tried again")
            if has_answered:
                self._wake.wait(EVERY_S)
            else:
                self._stopping.wait(AGAIN_S)
