"""Sends chunks to the nodes that lack them, paced; see docs/protocol.md (chunks), decisions 006 and 016."""

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from controller.clocks import utc_now
from controller.errors import Busy, Unavailable
from controller.host.metrics import CHUNK_BYTES
from controller.runtime.chunk_times import ChunkLog
from controller.runtime.drops import Drops
from controller.runtime.own_links import AUDIO, own_link
from controller.runtime.pace import Pace
from controller.runtime.wants import WINDOW, Need, Sending, WantBook
from controller.settings import Settings
from devices import topics
from devices.chunks import sent_form, split, tree_of, wanted
from devices.ids import NodeId, RecordingId
from devices.link import Link
from devices.link_api import AnyLink, LinkDown, Pending
from devices.merkle import Levels
from devices.messages import Want
from devices.wire_types import parse
from tts.errors import SpeechError
from tts.recordings import RecordingId as Stored
from tts.recordings import RecordingStore

_LOG = logging.getLogger(__name__)

_QUEUE = 20_000  # wants of a whole province at once; one that is dropped is said again by its node
_ACKNOWLEDGED_WITHIN = 10.0  # seconds; a broker that takes longer is as good as away
IN_FLIGHT = 4  # chunks on their way to the broker: it is never idle, and holds no more of ours than that
_IDLE = 0.1  # seconds between two looks at the book
_REPAIR_LINKS = 8  # so many nodes are repaired side by side: each has its own link, only ours is shared…
_REPAIR_SHARE = 0.1  # …or this share of those who listen: a tenth of what sending to all puts on the line
_LEAST_PAUSE = 0.002  # seconds; shorter ones are added up
_NEEDS_FRESH = WINDOW  # seconds; what plans name is read once for the wants of a round
_NEEDS_AGAIN = 5.0  # seconds after the database failed: each try may wait for it, and chunks with it
_BREATH = 2.0  # seconds after a failure, so that a broker that refuses is not hammered


@dataclass
class ChunkSender:
    """One thread that answers wants. What it was about to send is forgotten at a stop: nodes ask again."""

    link: AnyLink
    recordings: RecordingStore
    needs: Callable[[], dict[RecordingId, Need]]  # what plans name now
    pace_bytes_per_second: int
    uplink_bytes_per_second: int = 100_000_000  # to all nodes together
    fetch: Callable[[], None] = lambda: None  # has what plans name brought to this machine, by another thread
    own_link: Link | None = None  # what chunks go by instead, so that nothing else waits behind them
    clock: Callable[[], float] = time.monotonic
    log: ChunkLog = field(default_factory=lambda: ChunkLog(utc_now))
    published_bytes: int = 0
    repair_bytes: int = 0  # of those: to single nodes
    _book: WantBook = field(default_factory=WantBook)
    _wants: "queue.Queue[tuple[NodeId, bytes | None]]" = field(default_factory=lambda: queue.Queue(_QUEUE))
    _drops: Drops = field(default_factory=lambda: Drops(_LOG, "wants"))
    _flying: deque[Pending] = field(default_factory=deque)
    _free_at: float = 0.0  # when the next chunk may go
    _released: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _held: tuple[RecordingId, tuple[bytes, ...], Levels] | None = None
    _needed: dict[RecordingId, Need] = field(default_factory=dict)  # as they were read last
    _needed_at: float = float("-inf")
    _read_again_at: float = float("-inf")  # not before, since it failed

    def __post_init__(self) -> None:
        """Begin at the pace that was set."""
        self._pace = Pace(self.pace_bytes_per_second, self.uplink_bytes_per_second)

    def start(self) -> None:
        """Start answering."""
        if self.own_link is not None:
            self.own_link.start()
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
        if self.own_link is not None:
            self.own_link.stop()

    @property
    def pace_share(self) -> float:
        """Of the set pace, what chunks go out at now; less where nodes fell behind."""
        return self._pace.share

    def came_or_went(self, node: NodeId) -> None:
        """Note that a node has connected, or is lost: what was sent to all before, it may not have heard."""
        self._queue(node, None)

    def take(self, node: NodeId, payload: bytes) -> None:
        """Queue a want; a full queue drops it, and its node will say it again."""
        self._queue(node, payload)

    def _queue(self, node: NodeId, payload: bytes | None) -> None:
        try:
            self._wants.put_nowait((node, payload))
        except queue.Full:
            self._drops.add()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._drops.tell(_QUEUE)
            try:
                self._step()
            except LinkDown:
                self._give_up()
            except Exception:  # noqa: BLE001 - whatever fails, nodes ask again and must be answered
                _LOG.exception("chunk sending failed; it goes on with what nodes ask next")
                self._give_up()

    def _give_up(self) -> None:
        self._flying.clear()
        self._book.drop_queues()
        self._stopping.wait(_BREATH)

    def _step(self) -> None:
        self._read_wants()
        now = self.clock()
        if self._book.is_busy:  # what is sent may be withdrawn meanwhile, or have become urgent
            self._read_needs(frozenset())
        if self._free_at - now > _LEAST_PAUSE:
            self._stopping.wait(min(self._free_at - now, _IDLE))
            return
        sending = self._book.next(now)
        for node, recording in self._book.too_much():
            _LOG.warning("node %s keeps asking for chunks of %s: it has to wait. Its disk?", node, recording)
        if self._book.are_behind(now) and self._pace.slow_down(now):
            _LOG.warning("nodes fall behind: chunks go out at %d bytes a second", self._pace.rate)
        if sending is None:
            self._stopping.wait(_IDLE)
            return
        try:
            size = self._send(sending)
        except (OSError, SpeechError):
            _LOG.exception("recording %s cannot be read now; nodes ask for it again", sending.recording)
            self._book.drop_queue(sending.recording)
            return
        self._free_at = max(self._free_at, now) + self._takes(sending, size, now)

    def _takes(self, sending: Sending, size: int, now: float) -> float:
        """Return how many seconds so many bytes take, to all or to one."""
        is_urgent = self._book.is_emergency(sending.recording)
        if sending.node is None:
            nodes = self._book.receiving(sending.recording)
            return self._pace.pause(size, now, nodes=nodes, is_urgent=is_urgent)
        links = max(_REPAIR_LINKS, _REPAIR_SHARE * self._book.listening(sending.recording))
        return self._pace.pause(size, now, links=links, is_urgent=is_urgent)

    def _read_wants(self) -> None:
        if self._wants.empty() or not self._released.is_set():
            return
        said = [self._wants.get_nowait() for _ in range(self._wants.qsize())]
        wants = [None if payload is None else _read(node, payload) for node, payload in said]
        self._read_needs({want.recording for want in wants if want is not None})
        for (node, payload), want in zip(said, wants, strict=True):
            if payload is None:
                self._book.came_or_went(node, self.clock())
            elif want is not None and (need := self._needed.get(want.recording)) is not None:
                self.log.asked(want.recording)
                if self.recordings.is_local(Stored(want.recording)):
                    self._book.note(want.recording, node, wanted(want), need, self.clock())
                else:  # its node asks again in some seconds
                    self.fetch()

    def _read_needs(self, asked_for: AbstractSet[RecordingId]) -> None:
        """Read what plans name if that was long ago, or if something is asked for that was not named then."""
        now = self.clock()
        if now < self._read_again_at:
            return
        if asked_for <= self._needed.keys() and now - self._needed_at < _NEEDS_FRESH:
            return
        try:
            self._needed, self._needed_at = self.needs(), now
        except (Busy, Unavailable) as error:
            _LOG.error("what plans name cannot be read now (%s); chunks go out as it was known", error.code)
            self._read_again_at = self.clock() + _NEEDS_AGAIN
            return
        self._book.keep(self._needed)

    def _send(self, sending: Sending) -> int:
        pieces, tree = self._pieces_of(sending.recording)
        if sending.chunk >= len(pieces):
            return 0  # a node asked beyond the end: nothing to give
        chunk = sent_form(pieces[sending.chunk], tree, sending.chunk)
        if sending.node is None:
            topic = topics.chunk(sending.recording, sending.chunk)
        else:
            topic = topics.repair_chunk(sending.node, sending.recording, sending.chunk)
            self.repair_bytes += len(chunk)
        CHUNK_BYTES.labels("all" if sending.node is None else "one").inc(len(chunk))
        self._flying.append((self.own_link or self.link).publish(topic, chunk, qos=1, retain=False))
        self.published_bytes += len(chunk)
        self.log.sent(sending.recording, len(chunk))
        while len(self._flying) >= IN_FLIGHT:
            if not self._flying.popleft().wait(_ACKNOWLEDGED_WITHIN):
                raise LinkDown("the broker did not take a chunk")
        return len(chunk)

    def _pieces_of(self, recording: RecordingId) -> tuple[tuple[bytes, ...], Levels]:
        """Return the chunks of a recording and its Merkle tree; those of the last one are kept."""
        if self._held is None or self._held[0] != recording:
            need = self._needed.get(recording)
            if not self.recordings.is_local(Stored(recording)):  # it went to make room: nothing waits for it
                self.fetch()
                raise FileNotFoundError(recording)
            pieces = split(self.recordings.read(Stored(recording)), None if need is None else need.chunk_size)
            self._held = (recording, pieces, tree_of(pieces))
        return self._held[1:]


def _read(node: NodeId, payload: bytes) -> Want | None:
    """Return what a node says that it lacks; None where it cannot be meant."""
    try:
        want = parse(Want, payload)
        wanted(want)
    except ValueError as error:
        _LOG.warning("want of %s refused: %s", node, error)
        return None
    return want if want.node == node else None


def sender_of(
    settings: Settings,
    broker_url: str,
    link: AnyLink,
    recordings: RecordingStore,
    needs: Callable[[], dict[RecordingId, Need]],
    *,
    fetch: Callable[[], None] = lambda: None,
    may_speak: Callable[[], bool] = lambda: True,
) -> ChunkSender:
    """Return the sender of a station with these settings at this broker."""
    own = own_link(AUDIO, broker_url, settings.audio_broker_url, may_speak=may_speak)
    pace, uplink = settings.pace_bytes_per_second, settings.uplink_bytes_per_second
    return ChunkSender(link, recordings, needs, pace, uplink, fetch, own)
