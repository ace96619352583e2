"""What is on its way is not sent again: the station's book and nodes' real fetching, in virtual time.

Lines and nodes are slow here in every way that loses nothing: manifests are read late, chunks and wants lie
in queues. So no node may be sent a chunk twice, whatever it asks for meanwhile. Where a chunk and a want take
longer together than SHORT_HOLD_OFF, one or two of the last chunks may be taken for lost.
"""

import heapq
import itertools
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from controller.runtime.wants import SHORT_HOLD_OFF, SHORT_TAIL, Need, WantBook
from devices import topics
from devices.chunks import manifest_of, sent_forms, wanted
from devices.ids import Grade, NodeId
from devices.messages import Want
from devices.node.effects import Publish
from devices.node.events import Received
from devices.node.fetching import Fetching
from devices.wire_types import parse
from tests.support.nightly import amount

EPOCH = datetime(2026, 11, 28, tzinfo=UTC)
BODY = random.Random(1).randbytes(11 * 1024 - 100)
SENT = sent_forms(BODY, 1024)
MANIFEST = manifest_of(BODY, codec="mp3", sample_rate=24000, duration_ms=1000, chunk_size=1024)
RECORDING = MANIFEST.recording
NODES = 100
END_S = 120.0


class World:
    """One recording on its way to nodes that are slow, each in its own way."""

    def __init__(self, seed: int, *, late_s: float, slow_s: float, pace_s: float) -> None:
        self.rng = random.Random(seed)
        self.slow_s, self.pace_s = slow_s, pace_s
        self.now = 1000.0
        self.book = WantBook()
        self.under_way: Counter[tuple[int, NodeId]] = Counter()
        self.came: Counter[tuple[int, NodeId]] = Counter()
        self.needless = 0
        """How often a chunk was sent that was on its way to a node, or that nobody lacked to whom it went."""
        self.nodes: dict[NodeId, Fetching] = {}
        self.listening: set[NodeId] = set()
        self.free_at: dict[NodeId, float] = {}
        self.said_at: dict[NodeId, float] = {}
        self._events: list[tuple[float, int, object]] = []
        self._count = itertools.count()
        for n in range(NODES):
            node = NodeId(f"n{n}")
            fetching = self.nodes[node] = Fetching(node, random.Random(f"{seed} {n}"))
            fetching.connected(self.time)
            fetching.name({RECORDING}, self.time)
            self.at(self.rng.random() * late_s, lambda node=node: self.begin(node))
        self.at(0.1, self.send)

    @property
    def time(self) -> datetime:
        """The time of all clocks."""
        return EPOCH + timedelta(seconds=self.now)

    def at(self, after: float, act: object) -> None:
        """Have something done later."""
        heapq.heappush(self._events, (self.now + after, next(self._count), act))

    def run(self) -> None:
        """Let so much time pass that all must have everything."""
        end = self.now + END_S
        while self._events and self._events[0][0] < end:
            self.now, _, act = heapq.heappop(self._events)
            act()

    def begin(self, node: NodeId) -> None:
        """Have a node read the manifest."""
        self.nodes[node].take_manifest(MANIFEST, b"", self.time)
        self.listening.add(node)
        self.tick(node)

    def tick(self, node: NodeId) -> None:
        """Have a node say what it wants to say now, and come back for the rest."""
        for effect in self.nodes[node].tick(self.time):
            if isinstance(effect, Publish):
                want = parse(Want, effect.payload)
                self.said_at[node] = max(self.said_at.get(node, 0.0), self.now + self.lag())
                self.at(self.said_at[node] - self.now, lambda want=want: self.hear(want))
        due = self.nodes[node].due_at()
        if due is not None:
            self.at(max(0.01, (due - self.time).total_seconds()), lambda: self.tick(node))

    def hear(self, want: Want) -> None:
        """Have the station read a want."""
        self.book.note(RECORDING, want.node, wanted(want), Need(Grade.ROUTINE, EPOCH), self.now)

    def send(self) -> None:
        """Send what the book deals out, at the pace."""
        sending = self.book.next(self.now)
        if sending is None:
            self.at(0.1, self.send)
            return
        to = [sending.node] if sending.node else sorted(self.listening)
        self.needless += not any(self.lacks(node, sending.chunk) for node in to)
        for node in to:
            self.needless += bool(self.under_way[sending.chunk, node])
            self.under_way[sending.chunk, node] += 1
            came_at = max(self.free_at.get(node, 0.0), self.now + self.lag())
            self.free_at[node] = came_at  # what goes to one node stays in its order
            self.at(came_at - self.now, lambda node=node: self.take(node, sending.chunk))
        self.at(self.pace_s, self.send)

    def lacks(self, node: NodeId, n: int) -> bool:
        """Say whether a node lacks a chunk that is not on its way to it."""
        return node in self.listening and not self.came[n, node] and not self.under_way[n, node]

    def lag(self) -> float:
        """Return how long something lies in queues."""
        return self.rng.random() * self.slow_s

    def take(self, node: NodeId, n: int) -> None:
        """Have a node take a chunk."""
        fetching = self.nodes[node]
        self.under_way[n, node] -= 1
        self.came[n, node] += 1
        came = Received(topics.chunk(RECORDING, n), SENT[n])
        if fetching.take_chunk(RECORDING, n, came, self.time) and not fetching.is_lacking(RECORDING):
            fetching.digested(RECORDING, RECORDING, self.time)
            self.listening.discard(node)
        self.tick(node)

    @property
    def whole(self) -> int:
        """How many nodes have everything."""
        return sum(node.is_whole(RECORDING) for node in self.nodes.values())


_PACES = [0.02, 0.3, 1.4]
_NODES = [(0.1, 0.1), (9.0, 0.1), (0.1, 3.0), (9.0, 3.0), (14.0, 1.9)]
_SLOW = [(pace, *node) for node in _NODES for pace in _PACES]


@pytest.mark.parametrize(("pace_s", "late_s", "slow_s"), _SLOW[:: amount(4, 1)])
def test_what_is_on_its_way_is_not_sent_again_however_slow_all_is(pace_s, late_s, slow_s):
    most = 0 if 2 * slow_s < SHORT_HOLD_OFF else SHORT_TAIL
    for seed in range(amount(1, 3)):
        world = World(seed, late_s=late_s, slow_s=slow_s, pace_s=pace_s)
        world.run()
        assert world.whole == NODES
        assert world.needless <= most
