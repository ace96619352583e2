"""Deletes files of recordings that nothing has named for the configured time; see docs/storage.md."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from controller.features.airings.unused_recordings import (
    known_recordings,
    outdated_uploads,
    recordings_in_use,
)
from controller.features.chimes.queries import chimes_in_use
from controller.features.journal.service import record
from controller.settings import Settings
from controller.store import Store
from devices.ids import RecordingId as Known
from tts.recordings import RecordingId, RecordingStore
from tts.uploads import UploadId, UploadStore

_LOG = logging.getLogger(__name__)

EVERY = timedelta(days=1)
FIRST_AFTER = timedelta(hours=1)
"""Short enough for a station that restarts every night; by then a wrongly set clock has been noticed."""
MOST = 500
"""Files a day, each named in the journal: more than a province makes in a day."""
UNKNOWN_KEPT = timedelta(days=2)
"""A file without a row was left by a crash between writing file and row, or by a sample."""


@dataclass
class Tidying:
    """Called periodically; works once a day, the first time an hour after the start."""

    store: Store
    recordings: RecordingStore
    uploads: UploadStore
    settings: Settings
    now: Callable[[], datetime]
    _next: datetime | None = None

    def look(self) -> int:
        """Delete what is due, once a day; return the number of files."""
        now = self.now()
        if self._next is None:
            self._next = now + FIRST_AFTER
        if now < self._next:
            return 0
        self._next = now + EVERY
        return self.tidy(now)

    def tidy(self, now: datetime) -> int:
        """Delete the files that are due at an instant. Rows stay: the as-aired record is permanent."""
        since = now - timedelta(days=self.settings.recordings_kept_days)
        with self.store.read() as session:
            known = known_recordings(session)
            unused = known_recordings(session, since) - recordings_in_use(session, since)
            chimes = chimes_in_use(session)
            uploads = outdated_uploads(session, unused) - chimes
        old = self.recordings.kept_before((now - UNKNOWN_KEPT).timestamp())
        gone = (one for one in old if Known(one) in unused or Known(one) not in known)
        going = {one: old[one] for one in islice(gone, MOST)}
        brought = [UploadId(one) for one in sorted(uploads) if self.uploads.has(UploadId(one))][:MOST]
        if going or brought:
            self._remove(going, brought, now)
        return len(going) + len(brought)

    def _remove(self, going: dict[RecordingId, int], brought: list[UploadId], now: datetime) -> None:
        told = {"recordings": list(going), "uploads": brought}
        with self.store.write() as session:  # recorded before the deletion: otherwise it looks like a loss
            record(session, None, "recordings.removed", self.settings.province, now, detail=told)
        for recording in going:
            self.recordings.delete(recording)
        for upload in brought:
            self.uploads.delete(upload)
        _LOG.info("%d unused recordings are deleted: %d bytes", len(going), sum(going.values()))
