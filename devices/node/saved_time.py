"""The time on a node's disk: what it is at least after a power cut; docs/protocol.md, Clock."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from devices.node.clock import StationClock
from devices.node.effects import SaveDocument
from devices.node.exchanges import instant, micros

TIME = "time"
"""Name of the document with the station's time when it was saved, and when the station was last heard;
microseconds since 1970."""
TIME_EVERY = timedelta(minutes=10)
"""How often the time is saved, in addition to each receipt: 144 small writes a day."""
MILLISECOND = timedelta(milliseconds=1)


class SavedTime:
    """Saves the time at intervals, and with each receipt: later receipts must have later times."""

    def __init__(self, clock: StationClock) -> None:
        self._clock = clock
        self._saved_at: datetime | None = None
        self._fresh_until: datetime | None = None  # on the raw clock: no need to save the time before

    def restore(self, documents: Mapping[str, bytes], now: datetime) -> None:
        """Use the stored time as a lower bound: the raw clock may have any value after boot."""
        saved = [instant(int(text)) for text in documents.get(TIME, b"").split() if text.isdigit()]
        for at in saved[:1]:
            self._clock.at_least(at + MILLISECOND, now)
        for at in saved[1:2]:
            self._clock.heard(at)

    def is_stale(self) -> None:
        """Save with the next event: the time has become known, or the raw clock was set."""
        self._fresh_until = None

    def save(self, now: datetime, *, is_fact: bool) -> list[SaveDocument]:
        """Return the save that is due, if any."""
        if not is_fact and self._fresh_until is not None and now < self._fresh_until:
            return []
        station = self._clock.station(now)
        is_fresh = self._saved_at is not None and self._saved_at <= station < self._saved_at + TIME_EVERY
        if not is_fact and (is_fresh or not self._clock.is_set):
            return []
        self._saved_at = station
        self._fresh_until = now + TIME_EVERY if self._clock.is_set else None
        instants = [station] if self._clock.heard_at is None else [station, self._clock.heard_at]
        return [SaveDocument(TIME, " ".join(str(micros(at)) for at in instants).encode())]
