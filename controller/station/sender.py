"""Sends chunks to the nodes that lack them, paced; see docs/protocol.md (chunks), decisions 006 and 016."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from controller.station.wants import Need, Sending, WantBook
from devices import topics
from devices.chunks import CHUNK_SIZE, wanted
from devices.link_api import AnyLink, LinkDown
from devices.messages import NodeId, RecordingId, Want, parse
from tts.recordings import RecordingId as Stored
from tts.recordings import RecordingStore

_LOG = logging.getLogger(__name__)

_QUEUE = 20_000  # wants of a whole province at once; one that is dropped is said again by its node
_ACKNOWLEDGED_WITHIN = 10.0  # seconds; a broker that takes longer is as good as away
_IDLE = 0.1  # seconds between two looks at the book
_REPAIR_LINKS = 8  # so many nodes are repaired side by side: each has its own link, only ours is shared
_BREATH = 2.0  # seconds after a failure, so that a broker that refuses is not hammered


@dataclass
class ChunkSender:
    """One thread that answers wants. What it was about to send is forgotten at a stop: nodes ask again."""

    link: AnyLink
    recordings: RecordingStore
    needs: Callable[[], dict[RecordingId, Need]]  # what plans name now
    pace_bytes_per_second: int
    clock: Callable[[], float] = time.monotonic
    published_bytes: int = 0
    _book: WantBook = field(default_factory=WantBook)
    _wants: "queue.Queue[tuple[NodeId, bytes]]" = field(default_factory=lambda: queue.Queue(_QUEUE))
    _released: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _held: tuple[RecordingId, bytes] | None = None

    def start(self) -> None:
        """Start answering."""
        self._thread = threading.Thread(target=self._run, name="chunk-sender", daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Begin to answer: until then wants are only collected, since airings may still be moved."""
        self._released.set()

    def stop(self) -> None:
        """Stop within the time of one chunk."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_ACKNOWLEDGED_WITHIN + 1)

    def take(self, node: NodeId, payload: bytes) -> None:
        """Queue a want; a full queue drops it, and its node will say it again."""
        try:
            self._wants.put_nowait((node, payload))
        except queue.Full:
            _LOG.warning("want dropped: %d are waiting", _QUEUE)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._step()
            except LinkDown:
                self._book.drop_queues()
                self._stopping.wait(_BREATH)
            except Exception:  # noqa: BLE001 - whatever fails, nodes ask again and must be answered
                _LOG.exception("chunk sending failed; it goes on with what nodes ask next")
                self._book.drop_queues()
                self._stopping.wait(_BREATH)

    def _step(self) -> None:
        self._read_wants()
        sending = self._book.next(self.clock())
        for node, recording in self._book.too_much():
            _LOG.warning("node %s keeps asking for chunks of %s: it has to wait. Its disk?", node, recording)
        if sending is None:
            self._stopping.wait(_IDLE)
            return
        size = self._send(sending)
        links = 1 if sending.node is None else _REPAIR_LINKS
        self._stopping.wait(size / (self.pace_bytes_per_second * links))

    def _read_wants(self) -> None:
        if self._wants.empty() or not self._released.is_set():
            return
        needs = self.needs()
        self._book.keep(needs)
        while not self._wants.empty():
            node, payload = self._wants.get_nowait()
            try:
                want = parse(Want, payload)
                missing = frozenset(wanted(want))
            except ValueError as error:
                _LOG.warning("want of %s refused: %s", node, error)
                continue
            if want.node == node and want.recording in needs and self.recordings.has(Stored(want.recording)):
                self._book.note(want.recording, node, missing, needs[want.recording], self.clock())

    def _send(self, sending: Sending) -> int:
        data = self._data_of(sending.recording)
        chunk = data[sending.chunk * CHUNK_SIZE : (sending.chunk + 1) * CHUNK_SIZE]
        if not chunk:
            return 0  # a node asked beyond the end: nothing to give
        topic = (
            topics.chunk(sending.recording, sending.chunk)
            if sending.node is None
            else topics.repair_chunk(sending.node, sending.recording, sending.chunk)
        )
        self.link.publish(topic, chunk, qos=1, retain=False).wait(_ACKNOWLEDGED_WITHIN)
        self.published_bytes += len(chunk)
        return len(chunk)

    def _data_of(self, recording: RecordingId) -> bytes:
        if self._held is None or self._held[0] != recording:
            self._held = (recording, self.recordings.read(Stored(recording)))
        return self._held[1]
