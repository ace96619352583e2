"""When recordings were asked for and sent last: kept for the traces of airings, of the newest alone."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from devices.ids import RecordingId

_MOST: Final = 256  # recordings; a province airs some dozen a day
_NEW_AFTER: Final = timedelta(hours=1)
"""Wants after so long a pause begin anew: another airing of the same recording."""


@dataclass(slots=True)
class ChunkTimes:
    """Of one recording: its first want, its first and last chunk, and the bytes of all."""

    asked_at: datetime
    first_at: datetime | None = None
    last_at: datetime | None = None
    sent_bytes: int = 0


@dataclass
class ChunkLog:
    """Remembers the times of the newest recordings; safe from any thread."""

    now: Callable[[], datetime]
    _times: OrderedDict[RecordingId, ChunkTimes] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def asked(self, recording: RecordingId) -> None:
        """Note a want."""
        now = self.now()
        with self._lock:
            known = self._times.get(recording)
            if known is None or now - (known.last_at or known.asked_at) > _NEW_AFTER:
                self._times[recording] = ChunkTimes(now)
                self._times.move_to_end(recording)
            if len(self._times) > _MOST:
                self._times.popitem(last=False)

    def sent(self, recording: RecordingId, size: int) -> None:
        """Note a chunk."""
        with self._lock:
            times = self._times.get(recording)
            if times is not None:
                times.last_at = self.now()
                times.first_at = times.first_at or times.last_at
                times.sent_bytes += size

    def of(self, recording: RecordingId) -> ChunkTimes | None:
        """Return the times of a recording."""
        with self._lock:
            return self._times.get(recording)
