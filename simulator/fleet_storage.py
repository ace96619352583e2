"""The disks of a whole fleet: documents and bitmaps in one SQLite file; equal content is stored once."""

import hashlib
import re
import shutil
import sqlite3
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from devices.chunks import Bitmap, digest
from devices.ids import NodeId, RecordingId
from devices.node.effects import DropDocument, DropRecording, SaveChunk, SaveDocument
from devices.node.memory import NodeMemory

Save = SaveDocument | DropDocument | SaveChunk | DropRecording
SAVES = (SaveDocument, DropDocument, SaveChunk, DropRecording)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    node TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (node, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bodies (sha256 TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bitmaps (
    node TEXT NOT NULL, recording TEXT NOT NULL, count INTEGER NOT NULL, held TEXT NOT NULL,
    PRIMARY KEY (node, recording)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS struck (node TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_UNUSED = """
DELETE FROM bodies WHERE sha256 NOT IN (SELECT body FROM documents WHERE typeof(body) = 'text')
"""
_READ = """
SELECT name, coalesce(bodies.body, documents.body) FROM documents LEFT JOIN bodies
ON typeof(documents.body) = 'text' AND sha256 = documents.body WHERE node = ?
"""
SHARED_FROM = 1024
"""Bytes from which a document is stored once for all nodes: plans, keys, manifests, but no receipt. The row
of each node then holds its SHA-256, as text."""
MOST_SHARED = 256
"""Shared documents known in memory; others are looked up in the file."""
_PART = ".part"
_NAME = re.compile(r"([0-9a-f]+)-(\d+)-of-(\d+)")


class FleetStorage:
    """Durable storage of a fleet; one transaction for the saves of many nodes. For one thread only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._chunks = folder / "chunks"
        self._db: sqlite3.Connection | None = None
        self._bitmaps: dict[NodeId, dict[RecordingId, Bitmap]] = defaultdict(dict)
        self._dirty: dict[NodeId, set[RecordingId]] = defaultdict(set)
        """Recordings whose newly arrived chunks are known only in memory, by node."""
        self._kept: set[tuple[RecordingId, int, int]] = set()
        """Chunks in the folder: recording, number, count."""
        self._shared: OrderedDict[bytes, str] = OrderedDict()
        self._wholes: dict[tuple[RecordingId, int], str] = {}
        self.struck: set[NodeId] = set()
        """Nodes whose fault has happened: it happens once, also over restarts of the process."""

    def open(self) -> None:
        """Open or create the storage; delete what a killed process or the first releases left unusable."""
        self._chunks.mkdir(parents=True, exist_ok=True)
        for file in self._chunks.iterdir():
            chunk = _chunk_of(file.name)
            if chunk is None:
                file.unlink()
            else:
                self._kept.add(chunk)
        self._db = sqlite3.connect(self._folder / "nodes.sqlite", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        # NORMAL survives a killed process; a power cut of the host is not a fault of the simulated disk.
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)
        self._db.execute(_UNUSED)
        self.struck = {NodeId(node) for (node,) in self._db.execute("SELECT node FROM struck")}
        for node, recording, count, held in self._db.execute("SELECT * FROM bitmaps"):
            self._bitmaps[NodeId(node)][RecordingId(recording)] = Bitmap.from_base64(held, count)

    def close(self) -> None:
        """Write what is not yet written, and close."""
        if self._db is not None:
            self.commit_bitmaps()
            self._db.close()
            self._db = None

    def memory_of(self, node: NodeId) -> NodeMemory:
        """Return what is on a node's disk at boot."""
        rows = self._connection.execute(_READ, (node,))
        chunks = {rec: Bitmap.of(held.count, held) for rec, held in self._bitmaps[node].items()}
        return NodeMemory(dict(rows), chunks, shutil.disk_usage(self._folder).free)

    def commit(self, saves: Iterable[tuple[NodeId, Save]]) -> None:
        """Commit saves of many nodes, and which chunks these have; the last save of a document counts."""
        with self._transaction() as db:
            nodes: set[NodeId] = set()
            documents: dict[tuple[NodeId, str], bytes | None] = {}
            for node, save in saves:
                nodes.add(node)
                match save:
                    case SaveDocument(name, body):
                        documents[node, name] = body
                    case DropDocument(name):
                        documents[node, name] = None
                    case SaveChunk():
                        self.keep_chunk(node, save)
                    case DropRecording(recording):
                        self._drop_recording(db, node, recording)
            self._write_documents(db, documents)
            self._write_bitmaps(db, nodes & self._dirty.keys())

    def commit_bitmaps(self) -> None:
        """Commit the arrival of all chunks that are not committed yet."""
        if self._dirty:
            with self._transaction() as db:
                self._write_bitmaps(db, set(self._dirty))

    def note_struck(self, node: NodeId) -> None:
        """Note that a node's fault has happened."""
        self.struck.add(node)
        self._connection.execute("INSERT OR IGNORE INTO struck VALUES (?)", (node,))

    def keep_chunk(self, node: NodeId, save: SaveChunk) -> None:
        """Store a chunk; that this node has it becomes durable with the next commit, or is fetched again."""
        chunk = save.recording, save.n, save.count
        if chunk not in self._kept:  # nodes have checked it: the same place always holds the same bytes
            self._keep_bytes(chunk, save.body)
        bitmaps = self._bitmaps[node]
        held = bitmaps.get(save.recording)
        if held is None:
            held = bitmaps[save.recording] = Bitmap(save.count)
        held.set(save.n)
        self._dirty[node].add(save.recording)

    def digest_of(self, node: NodeId, recording: RecordingId, count: int) -> str:
        """Return the SHA-256 of all chunks joined; read once for all nodes."""
        if (recording, count) not in self._wholes:
            pieces = self.pieces_of(node, recording)
            whole = hashlib.sha256(b"".join(piece.read_bytes() for piece in pieces)).hexdigest()
            if whole != recording:
                return whole
            self._wholes[recording, count] = whole
        return self._wholes[recording, count]

    def pieces_of(self, node: NodeId, recording: RecordingId) -> tuple[Path, ...]:
        """Return the files of the chunks that a node has of a recording, in order."""
        held = self._bitmaps[node].get(recording)
        if held is None:
            return ()
        chunks = ((recording, n, held.count) for n in held)
        return tuple(self._chunks / _name_of(chunk) for chunk in chunks if chunk in self._kept)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        db = self._connection
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            self._shared.clear()  # what was written in this transaction is gone
            raise
        db.execute("COMMIT")

    @property
    def _connection(self) -> sqlite3.Connection:
        assert self._db is not None, "open() comes first"
        return self._db

    def _write_documents(
        self, db: sqlite3.Connection, documents: Mapping[tuple[NodeId, str], bytes | None]
    ) -> None:
        gone = [of for of, body in documents.items() if body is None]
        kept = [(*of, self._row_body(db, body)) for of, body in documents.items() if body is not None]
        db.executemany("DELETE FROM documents WHERE node = ? AND name = ?", gone)
        db.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", kept)

    def _row_body(self, db: sqlite3.Connection, body: bytes) -> bytes | str:
        """Return what a node's row holds: the document, or the digest of one that is stored once for all."""
        if not isinstance(body, bytes) or len(body) < SHARED_FROM:
            return body
        name = self._shared.get(body)
        if name is None:
            name = digest(body)
            db.execute("INSERT OR IGNORE INTO bodies VALUES (?, ?)", (name, body))
            self._shared[body] = name
            if len(self._shared) > MOST_SHARED:
                self._shared.popitem(last=False)
        return name

    def _drop_recording(self, db: sqlite3.Connection, node: NodeId, recording: RecordingId) -> None:
        self._bitmaps[node].pop(recording, None)
        self._dirty[node].discard(recording)
        db.execute("DELETE FROM bitmaps WHERE node = ? AND recording = ?", (node, recording))

    def _write_bitmaps(self, db: sqlite3.Connection, nodes: Iterable[NodeId]) -> None:
        rows = []
        for node in nodes:
            for recording in self._dirty.pop(node):
                held = self._bitmaps[node][recording]
                rows.append((node, recording, held.count, held.base64()))
        db.executemany("INSERT OR REPLACE INTO bitmaps VALUES (?, ?, ?, ?)", rows)

    def _keep_bytes(self, chunk: tuple[RecordingId, int, int], body: bytes) -> None:
        name = _name_of(chunk)
        part = self._chunks / (name + _PART)
        part.write_bytes(body)
        part.rename(self._chunks / name)
        self._kept.add(chunk)


def _name_of(chunk: tuple[RecordingId, int, int]) -> str:
    """Return the name of a chunk's file, the same for all nodes."""
    recording, n, count = chunk
    return f"{recording}-{n}-of-{count}"


def _chunk_of(name: str) -> tuple[RecordingId, int, int] | None:
    """Return the chunk whose file has this name; None: it is no chunk's."""
    found = _NAME.fullmatch(name)
    return None if found is None else (RecordingId(found[1]), int(found[2]), int(found[3]))
