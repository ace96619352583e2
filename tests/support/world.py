"""A simulation in virtual time: the nodes of a fleet, an in-process broker, and a clock set by the caller.

Hours pass in seconds, the seed decides every delay, and the network may reorder, lose and double messages.
"""

import hashlib
import heapq
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from devices import topics
from devices.chunks import Bitmap
from devices.ids import ClockSource, NodeId, RecordingId
from devices.link_api import LinkDown, Message
from devices.node import NodeIdentity, NodeMemory
from devices.node.effects import (
    Arm,
    ConnectTo,
    DigestRecording,
    Disarm,
    DropDocument,
    DropRecording,
    Effect,
    Publish,
    SaveChunk,
    SaveDocument,
    StopPlaying,
    Subscribe,
    Unsubscribe,
)
from devices.node.events import (
    Connected,
    Digested,
    Disconnected,
    Event,
    Received,
    Tick,
    TimeTold,
)
from devices.node.playing import JOIN_AHEAD
from simulator.clock_model import ClockModel
from simulator.faults import Fate
from simulator.node import VirtualNode
from simulator.speakers import Over, Sounded, SpeakerBank
from simulator.spec import CLOCK_ERROR_MS, DRIFT_PPM
from tests.support.memory_link import MemoryBroker, MemoryLink

HOME_BROKER = "mqtts://dai-cu.example:8883"
"""Where the world's nodes are enrolled."""
MOST_STEPS = 2_000_000
"""Most steps of one run: above it the simulation is in an endless loop."""


class Disk:
    """A node's storage in memory, with the same behaviour as one node's part of the shelf."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}
        self.chunks: dict[RecordingId, dict[int, bytes]] = {}
        self._counts: dict[RecordingId, int] = {}

    def save(self, effect: Effect) -> None:
        """Execute a save; other effects are ignored."""
        match effect:
            case SaveDocument(name, body):
                self.documents[name] = body
            case DropDocument(name):
                self.documents.pop(name, None)
            case SaveChunk(recording, n, count, body):
                self.chunks.setdefault(recording, {})[n] = body
                self._counts[recording] = count
            case DropRecording(recording):
                self.chunks.pop(recording, None)
            case _:
                return

    def memory(self) -> NodeMemory:
        """Return what a brain finds at boot."""
        held = {rec: Bitmap.of(self._counts[rec], chunks) for rec, chunks in self.chunks.items()}
        return NodeMemory(dict(self.documents), held, 1_000_000_000)

    def sha256(self, recording: RecordingId) -> str:
        """Return the digest of all chunks of a recording joined."""
        chunks = self.chunks.get(recording, {})
        return hashlib.sha256(b"".join(chunks[n] for n in sorted(chunks))).hexdigest()


@dataclass(slots=True)
class _Place:
    """A node with its disk, session and connection."""

    node: VirtualNode
    broker: MemoryBroker
    link: MemoryLink
    disk: Disk = field(default_factory=Disk)
    wake_at: datetime | None = None
    filters: set[str] = field(default_factory=set)


def _nobody() -> MemoryBroker:
    """A broker that accepts no connection."""
    broker = MemoryBroker()
    broker.is_running = False
    return broker


@dataclass(frozen=True, slots=True)
class Network:
    """Network model: one-way delays in seconds, and the share of chunks lost and of messages doubled."""

    quickest_s: float = 0.001
    jitter_s: float = 0.004
    loss: float = 0.0
    doubled: float = 0.0


class World:
    """Virtual time, a broker and nodes; executes the effects of its nodes."""

    def __init__(self, seed: int, now: datetime, network: Network | None = None) -> None:
        self.now = now
        self.broker = MemoryBroker()
        self.brokers = {HOME_BROKER: self.broker}
        """By address; a node that goes to another address finds nobody."""
        self.certified: dict[str, str] = {}
        """The authority that signed a broker's certificate, where nodes must trust it to connect."""
        self.moves: list[tuple[NodeId, str]] = []
        self.bank = SpeakerBank()
        self.sounds: list[Sounded] = []
        self.network = network or Network()
        self.rng = random.Random(f"world {seed}")
        self._seed = seed
        self._places: dict[NodeId, _Place] = {}
        self._heap: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = 0

    # -- time

    def later(self, after: timedelta, act: Callable[[], None]) -> None:
        """Call a function after this much virtual time."""
        self._count += 1
        heapq.heappush(self._heap, (self.now + after, self._count, act))

    def delay(self) -> timedelta:
        """Return the transit time of a message sent now."""
        jitter = self.rng.expovariate(1.0) * self.network.jitter_s
        return timedelta(seconds=self.network.quickest_s + jitter)

    def run_for(self, span: timedelta) -> None:
        """Advance virtual time by a duration."""
        self.run_until(self.now + span)

    def run_until(self, end: datetime) -> None:
        """Advance virtual time to an instant."""
        for _ in range(MOST_STEPS):
            self.deliver()
            due = self._next()
            if due is None or due > end:
                self.now = max(self.now, end)
                return
            self.now = max(self.now, due)
            self._step()
        raise RuntimeError("the world goes round in circles")

    def _next(self) -> datetime | None:
        sound = self.bank.due_at()
        due = [] if sound is None else [datetime.fromtimestamp(sound, UTC)]
        if self._heap:
            due.append(self._heap[0][0])
        return min(due, default=None)

    def _moment(self) -> float:
        """Return the present in the bank's unit; rounding must not put it before what is due now."""
        return self.now.timestamp() + 1e-6

    def _step(self) -> None:
        for fact in self.bank.fire(self._moment):
            self._sounded(fact)
        while self._heap and self._heap[0][0] <= self.now:
            heapq.heappop(self._heap)[2]()
            self.deliver()

    # -- nodes

    def add(
        self,
        identity: NodeIdentity,
        error_ms: float = CLOCK_ERROR_MS,
        drift_ppm: float = DRIFT_PPM,
        join_ahead: timedelta = JOIN_AHEAD,
        defect: Fate | None = None,
    ) -> VirtualNode:
        """Add a node without power; `join_ahead` depends on the board: how fast it joins a recording."""
        crystal = ClockModel.of(identity.node, self._seed, error_ms, drift_ppm, self.now)
        rng = random.Random(f"brain {self._seed} {identity.node} 1")
        node = VirtualNode(identity, crystal, rng, join_ahead, defect=defect)
        self._places[node.id] = _Place(node, self.broker, self._link(node, self.broker))
        return node

    def add_broker(self, address: str) -> MemoryBroker:
        """Open a second broker, which knows nothing yet."""
        self.brokers[address] = MemoryBroker()
        return self.brokers[address]

    def _link(self, node: VirtualNode, broker: MemoryBroker) -> MemoryLink:
        return MemoryLink(
            broker,
            node.id,
            will=node.will,
            on_message=lambda message: self._came(node, message),
            on_up=lambda: self._tell(node, Connected()),
            on_down=lambda: self._down(node),
        )

    def switch_on(self, node: VirtualNode) -> None:
        """Switch a node on; it boots and connects."""
        place = self._places[node.id]
        place.wake_at = None
        if place.broker is not self.broker:  # a board knows where it was installed; its disk knows the rest
            place.broker, place.link = self.broker, self._link(node, self.broker)
        self._do(node, node.switch_on(place.disk.memory(), self.now))
        place.link.start()

    def switch_off(self, node: VirtualNode) -> None:
        """Cut a node's power without warning."""
        for over in self.bank.cut(node.id, self.now.timestamp()):
            self.sounds.append(over)
        node.switch_off()
        self._cut(self._places[node.id])
        self.deliver()

    def unplug(self, node: VirtualNode) -> None:
        """Cut a node's network, not its power."""
        self._cut(self._places[node.id])
        self.deliver()

    @staticmethod
    def _cut(place: _Place) -> None:
        broker, link = place.broker, place.link
        broker.later(lambda: broker.leave(link, with_will=True))

    def deliver(self) -> None:
        """Have every broker do what waits."""
        while sum(broker.deliver() for broker in tuple(self.brokers.values())):
            pass

    def plug_in(self, node: VirtualNode) -> None:
        """Reconnect a node's network."""
        self._places[node.id].link.start()

    def tell_time(self, node: VirtualNode, source: ClockSource, error: timedelta, share: float = 0.5) -> None:
        """Have a source of the board tell the time, wrong by this share of the bound that it states."""
        told = TimeTold(source, self.now + share * error, error, node.crystal.raw(self.now))
        self._tell(node, told)

    def disk(self, node: VirtualNode) -> Disk:
        """Return a node's storage."""
        return self._places[node.id].disk

    def heard(self, node: VirtualNode) -> list[Over]:
        """Return every completed stretch of sound of a node's loudspeaker."""
        return [sound for sound in self.sounds if isinstance(sound, Over) and sound.node == node.id]

    # -- events

    def _came(self, node: VirtualNode, message: Message) -> None:
        if not isinstance(self.topic_of(message.topic), topics.ChunkTopic | topics.RepairChunkTopic):
            times = 2 if self.rng.random() < self.network.doubled else 1
        else:
            times = 0 if self.rng.random() < self.network.loss else 1
        life = node.life
        for _ in range(times):
            self.later(self.delay(), lambda: self._receive(node, life, message))

    @staticmethod
    def topic_of(topic: str) -> topics.Topic:
        """Return what a topic names."""
        return topics.parse(topic)

    def _receive(self, node: VirtualNode, life: int, message: Message) -> None:
        if node.life == life:
            self._tell(node, Received(message.topic, message.payload, retain=message.retain))

    def _down(self, node: VirtualNode) -> None:
        place = self._places[node.id]
        place.link.unsubscribe(*place.filters)
        place.filters.clear()
        self._tell(node, Disconnected())

    def _sounded(self, fact: Sounded) -> None:
        self.sounds.append(fact)
        node = self._places[fact.node].node
        if not node.is_on:
            return
        self._tell(node, node.noticed(fact))

    def _tell(self, node: VirtualNode, event: Event) -> None:
        self._do(node, node.handle(event, self.now))

    def _do(self, node: VirtualNode, effects: list[Effect]) -> None:
        place = self._places[node.id]
        for effect in effects:
            place.disk.save(effect)
        for effect in effects:
            self.execute(node, effect)
        told = node.wake_at()
        wake = None if told is None else node.crystal.true(told)
        if wake is not None and (place.wake_at is None or wake < place.wake_at):
            place.wake_at = max(wake, self.now)
            life, due = node.life, place.wake_at
            self.later(due - self.now, lambda: self._tick(node, life, due))

    def _tick(self, node: VirtualNode, life: int, due: datetime) -> None:
        place = self._places[node.id]
        if node.life == life and place.wake_at == due:
            place.wake_at = None
            self._tell(node, Tick())

    # -- effects of the nodes

    def execute(self, node: VirtualNode, effect: Effect) -> None:
        """Execute an effect that is no save; a message is lost if its node is not connected then."""
        place = self._places[node.id]
        match effect:
            case Publish():
                self.later(self.delay(), lambda: self._send(place, effect))
            case Subscribe(filters):
                place.filters.update(filters)
                place.link.subscribe(*filters)
            case Unsubscribe(filters):
                place.filters.difference_update(filters)
                place.link.unsubscribe(*filters)
            case ConnectTo(address, authorities):
                self._move(node, address, authorities)
            case DigestRecording(recording):
                self._digest(node, recording)
            case Arm():
                due = node.crystal.true(effect.begin_at)
                self.bank.arm(node.id, effect, max(due, self.now).timestamp())
            case Disarm(airing):
                self.bank.disarm(node.id, airing)
            case StopPlaying(airing):
                for over in self.bank.stop(node.id, airing, self.now.timestamp()):
                    self.later(timedelta(0), partial(self._sounded, over))

    def _move(self, node: VirtualNode, address: str, authorities: tuple[str, ...]) -> None:
        """Leave the present broker for that at the address, if it answers and shows a good certificate."""
        self.moves.append((node.id, address))
        place = self._places[node.id]
        self._cut(place)
        is_good = address not in self.certified or self.certified[address] in authorities
        place.broker = self.brokers[address] if address in self.brokers and is_good else _nobody()
        place.link = self._link(node, place.broker)
        place.link.start()

    def _send(self, place: _Place, message: Publish) -> None:
        with suppress(LinkDown):
            place.link.publish(message.topic, message.payload, message.qos, retain=message.retain)

    def _digest(self, node: VirtualNode, recording: RecordingId) -> None:
        """Answer in the next step."""
        life, sha256 = node.life, self.disk(node).sha256(recording)

        def answer() -> None:
            if node.life == life:
                self._tell(node, Digested(recording, sha256))

        self.later(timedelta(milliseconds=1), answer)
