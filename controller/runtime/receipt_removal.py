"""Takes the receipts of archived years out of the database as ordered, some of them at each run.

The archive's file decides: it must have the SHA-256 that the journal noted, and only receipts that are read
from it are deleted. docs/storage.md, "Years".
"""

import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from controller.errors import BadInput
from controller.features.archives.files import digest_in, lines_of
from controller.features.archives.lines import LinePart
from controller.features.archives.queries import CHANGED, KEPT, NO_FILE, UNREADABLE
from controller.features.archives.removal import ArchivedReceipt, end_removal, note_waiting, remove_batch
from controller.features.archives.removal_queries import OpenRemoval, is_kept, open_removal
from controller.settings import Settings
from controller.store import Store
from devices.ids import NodeId

_LOG = logging.getLogger(__name__)

_AT_ONCE: Final = 200
"""Receipts of one transaction: some 25 ms of processor, so that nobody who stops something waits for it."""
_BATCHES: Final = 500
"""Transactions of one run: 100,000 receipts in ten minutes, a year of 3,300 loudspeakers in two days."""


class _Unfit(Exception):  # noqa: N818 - named by what it means
    """The file cannot be relied on; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class _OpenFile:
    """A file whose SHA-256 was found right, and how many of its receipts were read since."""

    opened: BinaryIO
    identity: tuple[int, ...]
    receipts: Iterator[ArchivedReceipt]
    read: int = 0


@dataclass
class ReceiptRemover:
    """Called periodically; keeps the file open between runs, since checking gigabytes takes a minute."""

    store: Store
    settings: Settings
    now: Callable[[], datetime]
    may_act: Callable[[], bool]
    batches: int = _BATCHES
    at_once: int = _AT_ONCE
    _file: _OpenFile | None = field(default=None, repr=False)

    def look(self) -> None:
        """Go on with what was ordered; at whatever is not as it should be nothing is deleted."""
        removal = open_removal(self.store)
        if removal is None:
            self.close()
            return
        try:
            self._go_on(removal)
        except _Unfit as unfit:
            self.close()
            _LOG.warning("receipts of %d stay in the database: %s", removal.year, unfit.code)
            if removal.waits != unfit.code:
                with self.store.write() as session:
                    note_waiting(session, removal.year, unfit.code)
        except BaseException:
            self.close()  # what was read from it was not deleted: the next run reads it again
            raise

    def _go_on(self, removal: OpenRemoval) -> None:
        if is_kept(removal.year, self.settings.receipts_kept_years, self.now()):
            raise _Unfit(KEPT)
        file = self._opened(removal)
        for _ in range(self.batches):
            if not self.may_act():
                return
            batch, after = self._next(file, self.at_once), file.read
            if not batch and after != removal.receipts:
                raise _Unfit(CHANGED)
            with self.store.write() as session:
                if batch:
                    is_next = remove_batch(session, removal.year, after, batch)
                else:
                    end_removal(session, removal.year, after, self.now())
            if not batch or not is_next:
                self.close()  # it is done, or somebody else went on with it
                return
            file.read += len(batch)

    def _next(self, file: _OpenFile, most: int) -> list[ArchivedReceipt]:
        try:
            return list(islice(file.receipts, min(most, self.at_once)))
        except BadInput as error:
            raise _Unfit(UNREADABLE) from error

    def _opened(self, removal: OpenRemoval) -> _OpenFile:
        """Return the file, gone through as far as the removal is; raise _Unfit."""
        place = self.settings.archives_dir / removal.file
        try:
            identity = _identity(place.stat())
        except OSError as error:
            raise _Unfit(NO_FILE) from error
        if self._file is not None and (self._file.read, self._file.identity) != (
            removal.went_through,
            identity,
        ):
            self.close()
        if self._file is None:
            self._file = _open(place, removal.sha256)
            while self._file.read < removal.went_through:
                skipped = self._next(self._file, removal.went_through - self._file.read)
                if not skipped:
                    raise _Unfit(CHANGED)
                self._file.read += len(skipped)
        return self._file

    def close(self) -> None:
        """Let go of the file; the next run opens and checks it again."""
        if self._file is not None:
            self._file.opened.close()
            self._file = None


def _open(place: Path, sha256: str) -> _OpenFile:
    try:
        opened = place.open("rb")
    except OSError as error:
        raise _Unfit(NO_FILE) from error
    try:
        identity = _identity(os.fstat(opened.fileno()))
        digest, _ = digest_in(opened)
        opened.seek(0)
    except OSError as error:
        opened.close()
        raise _Unfit(UNREADABLE) from error
    if digest != sha256:
        opened.close()
        raise _Unfit(CHANGED)
    return _OpenFile(opened, identity, _receipts(place, opened))


def _receipts(place: Path, opened: BinaryIO) -> Iterator[ArchivedReceipt]:
    """Yield the receipts of a file; in it the logs come after them."""
    has_begun = False
    for line in lines_of(place, opened):
        read = json.loads(line)
        if read.get("part") == LinePart.RECEIPT:
            has_begun = True
            yield ArchivedReceipt(NodeId(read["node"]), read["id"], read["signed"])
        elif has_begun:
            return


def _identity(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
