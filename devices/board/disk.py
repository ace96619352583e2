"""A board's memory over power cuts: documents and chunks in one SQLite file of bounded size.

A commit is whole or not at all wherever the power goes: SQLite's write-ahead log is synced at each commit and
every page in it has a checksum. A recording that is complete is read and digested again after each boot.
"""

import hashlib
import logging
import shutil
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from devices.chunks import Bitmap
from devices.ids import RecordingId
from devices.node.effects import DropDocument, DropRecording, SaveChunk, SaveDocument
from devices.node.memory import NodeMemory

_log = logging.getLogger(__name__)

Save = SaveDocument | DropDocument | SaveChunk | DropRecording
SAVES = (SaveDocument, DropDocument, SaveChunk, DropRecording)

PAGE: Final = 4096
DOCUMENTS_ROOM: Final = 32 * 1024 * 1024
"""Bytes that chunks leave free: plans, keys and 10,000 receipts that wait take less."""
ROW_OVERHEAD: Final = 1.03
"""A chunk of 32 KiB takes 9 pages of 4 KiB, of which the last is not full, and its row in the index."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (name TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS chunks (
    recording TEXT NOT NULL, n INTEGER NOT NULL, count INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (recording, n));
"""


class DiskBroken(Exception):  # noqa: N818 - named by what is the case
    """The file cannot be read or written; nothing of the last commit counts."""


class Disk:
    """The disk of one node. For one thread at a time; `recording` may be called from others meanwhile."""

    def __init__(self, file: Path, limit: int) -> None:
        """`limit`: bytes that the file may take, its recordings 32 MiB less."""
        self._file = file
        self._limit = limit
        self._db: sqlite3.Connection | None = None

    def open(self) -> None:
        """Open or create the file."""
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._db = db = self._connect()
        try:
            db.execute(f"PRAGMA page_size={PAGE}")
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            db.execute(f"PRAGMA max_page_count={self._limit // PAGE}")
            db.executescript(_SCHEMA)
        except sqlite3.Error as error:
            self.close()
            raise DiskBroken(str(error)) from error

    def close(self) -> None:
        """Close; all is committed."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def memory(self) -> NodeMemory:
        """Return what a brain is to know at boot."""
        chunks: dict[RecordingId, Bitmap] = {}
        try:
            documents = dict(self._open_db.execute("SELECT name, body FROM documents"))
            for recording, n, count in self._open_db.execute("SELECT recording, n, count FROM chunks"):
                chunks.setdefault(RecordingId(recording), Bitmap(count)).set(n)
        except sqlite3.Error as error:
            raise DiskBroken(str(error)) from error
        return NodeMemory(documents, chunks, max(1, self.free()))  # 0 would mean that it is not known

    def free(self) -> int:
        """Return how many bytes of recordings can still be stored."""
        try:
            pages, unused = (self._figure(of) for of in ("page_count", "freelist_count"))
            left = shutil.disk_usage(self._file.parent).free
        except (sqlite3.Error, OSError) as error:
            raise DiskBroken(str(error)) from error
        within = self._limit - (pages - unused) * PAGE
        on_disk = left + unused * PAGE
        return max(0, int((min(within, on_disk) - DOCUMENTS_ROOM) / ROW_OVERHEAD))

    def commit(self, saves: Iterable[Save]) -> None:
        """Make all of these durable at once, or none; DiskBroken if it cannot be done.

        A chunk for which there is no room is left out and logged: the digest of its recording will tell.
        """
        db, free = self._open_db, self.free()
        try:
            with db:
                db.execute("BEGIN IMMEDIATE")
                for save in saves:
                    if isinstance(save, SaveChunk):
                        free -= len(save.body)
                        if free < 0:
                            _log.error("no room for a chunk of %s", save.recording)
                            continue
                    _apply(db, save)
        except sqlite3.Error as error:
            raise DiskBroken(str(error)) from error

    def recording(self, recording: RecordingId) -> bytes:
        """Return all chunks of a recording in order, joined; from any thread."""
        db = self._connect()
        try:
            rows = db.execute("SELECT body FROM chunks WHERE recording = ? ORDER BY n", (recording,))
            return b"".join(body for (body,) in rows)
        except sqlite3.Error as error:
            raise DiskBroken(str(error)) from error
        finally:
            db.close()

    def digest_of(self, recording: RecordingId) -> str:
        """Return the SHA-256 of all chunks in order."""
        whole = hashlib.sha256()
        try:
            for (body,) in self._open_db.execute(
                "SELECT body FROM chunks WHERE recording = ? ORDER BY n", (recording,)
            ):
                whole.update(body)
        except sqlite3.Error as error:
            _log.error("recording %s cannot be read: %s", recording, error)  # its digest is wrong then
        return whole.hexdigest()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, isolation_level=None, check_same_thread=False)

    def _figure(self, of: str) -> int:
        return int(self._open_db.execute(f"PRAGMA {of}").fetchone()[0])

    @property
    def _open_db(self) -> sqlite3.Connection:
        assert self._db is not None, "open() comes first"
        return self._db


def _apply(db: sqlite3.Connection, save: Save) -> None:
    match save:
        case SaveDocument(name, body):
            db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?)", (name, body))
        case DropDocument(name):
            db.execute("DELETE FROM documents WHERE name = ?", (name,))
        case SaveChunk(recording, n, count, body):
            db.execute("DELETE FROM chunks WHERE recording = ? AND count <> ?", (recording, count))
            db.execute("INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?)", (recording, n, count, body))
        case DropRecording(recording):
            db.execute("DELETE FROM chunks WHERE recording = ?", (recording,))
