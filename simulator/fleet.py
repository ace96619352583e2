"""A fleet of loudspeakers over real MQTT, in one event loop: power, faults, messages, and facts of sound.

Messages are only queued here; the pump runs the brains, see pump.py. Sound has its own thread: speakers.py.
"""

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from devices.fleet_link import LinkHub
from devices.home_links import HomeLinks
from devices.ids import NodeId
from devices.link_api import Message
from devices.node.effects import (
    Arm,
    ConnectTo,
    DigestRecording,
    Disarm,
    Effect,
    Publish,
    StopPlaying,
    Subscribe,
    Unsubscribe,
)
from devices.node.events import Connected, Digested, Disconnected, Received
from simulator.clock_model import ClockModel
from simulator.delays import Way
from simulator.facts import FactLines, item_of
from simulator.faults import DEFECTS, POWER_FATES, Dealt, Fate, deal
from simulator.fleet_storage import FleetStorage
from simulator.node import VirtualNode
from simulator.pieces import Pieces
from simulator.pump import CLOCKS, PLANS, Pump, Seat, true_now
from simulator.recorder import RECORDED_EACH, Recorder, Reel
from simulator.speakers import Began, Over, Sounded, SpeakerBank, SpeakerThread
from simulator.spec import FleetSpec, NodeSpec
from simulator.storms import Storms

_log = logging.getLogger(__name__)

BOOT_S = (1.0, 3.0)
"""How long a power-cycled node is off, seconds."""
MILLISECOND = timedelta(milliseconds=1)
BEFORE_START = timedelta(seconds=0.5)
"""Time before the start at which a node with the fault `drops` is already off."""
BACK_BEFORE_END = timedelta(seconds=8)
"""By then a power-cycled node has booted, connected and set its clock, and still plays the end."""
READY_TIMEOUT_S = 30.0
READY_PER_NODE_S = 0.02
"""Seconds for each node that the fleet waits for connections, and for what follows, before it reports."""
LOOK_S = 0.05


class Fleet:
    """All loudspeakers of a spec; executes the effects of its nodes. All but sound runs in one event loop."""

    def __init__(self, spec: FleetSpec, facts: FactLines) -> None:
        self._spec = spec
        self._loss = spec.fail.loss
        self._facts = facts
        self._shelf = FleetStorage(spec.storage)
        self._pieces = Pieces()
        self._bank = SpeakerBank(spec.speed)
        links = random.Random(f"links {spec.seed}")  # noqa: S311
        self._hub = LinkHub(spec.broker, authorities=spec.authorities, randomness=links)
        self._links: HomeLinks[Seat] = HomeLinks(self._hub, self._came, self._rose, self._fell)
        self._rng = random.Random(f"fleet {spec.seed}")  # noqa: S311 - a repeatable world
        self._brains_rng = random.Random(f"brains {spec.seed}")  # noqa: S311
        self._seats: dict[NodeId, Seat] = {}
        self._pump = Pump(
            self._shelf,
            self.execute,
            self._fix_fate,
            booted=self._links.start,
            sound_due_at=self._bank.due_at,
        )
        self._up: set[NodeId] = set()
        self._all_up = asyncio.Event()
        self._strikes: set[asyncio.TimerHandle] = set()
        self._tape = Recorder(spec.record_dir) if spec.record_dir is not None else None
        self._taping: set[asyncio.Future[dict[str, object]]] = set()
        self._clocks: asyncio.Task[None] | None = None
        self._speakers: SpeakerThread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._counts: Counter[str] = Counter()
        self._is_stopping = False
        power = (self._seats, self._switch_off, self._switch_on, self._call_later)
        self.storms = Storms(facts, self._rng, *power)

    async def start(self) -> None:
        """Open the disks, boot and connect every node; report when all that came with that is done."""
        self._spec.storage.mkdir(parents=True, exist_ok=True)
        self._shelf.open()
        if self._tape is not None:
            self._tape.start()
        self._loop = asyncio.get_running_loop()
        self._speakers = SpeakerThread(self._bank, time.time, self._hear)
        self._speakers.start()
        await self._hub.start()
        await self._pump.start()
        if self._spec.clocks_every_s:
            self._clocks = asyncio.create_task(self._tell_clocks(self._spec.clocks_every_s), name="clocks")
        await self._seat_all()
        await self._say_ready()

    @property
    def failure(self) -> BaseException | None:
        """Return why the fleet cannot continue, or None."""
        return self._pump.failure

    def is_quiet(self, seconds: float) -> bool:
        """Return whether no brain has anything to do, and nothing begins or ends for so many seconds."""
        due = self._bank.due_at()
        return self._pump.is_idle and (due is None or due > time.time() + seconds)

    async def stop(self) -> None:
        """Cut the power of all nodes; the disks stay intact. Bounded."""
        self._is_stopping = True
        if self._speakers is not None:
            self._speakers.stop()
        for seat in self._seats.values():
            self._switch_off(seat)
        if self._taping:
            await asyncio.wait(self._taping, timeout=1.5)
        if self._tape is not None:
            self._tape.stop()
        for strike in self._strikes:
            strike.cancel()
        if self._clocks is not None:
            self._clocks.cancel()
            await asyncio.gather(self._clocks, return_exceptions=True)
        await self._pump.stop()
        await self._hub.stop()
        self._shelf.close()
        self._facts.tell(
            "stopped", nodes=len(self._seats), lost_lines=self._facts.lost, counts=dict(self._counts)
        )

    # -- setup

    async def _seat_all(self) -> None:
        dealt = deal((node.id for node in self._spec.nodes), self._spec.fail, self._spec.seed)
        now, pause_s = true_now(), self._spec.powered_within_s / max(1, len(self._spec.nodes))
        for n, told in enumerate(self._spec.nodes):
            seat = self._seat(told, dealt.get(told.id), now)
            seat.is_recorded = self._tape is not None and n % RECORDED_EACH == 0
            if not seat.is_away:
                self._switch_on(seat)
            if pause_s or n % 20 == 0:
                await asyncio.sleep(pause_s)

    def _seat(self, told: NodeSpec, dealt: Dealt | None, now: datetime) -> Seat:
        spec = self._spec
        identity = spec.identity_of(told)
        crystal = ClockModel.of(told.id, spec.seed, spec.clock_error_ms, spec.drift_ppm, now)
        spread = timedelta(seconds=spec.move_within_s)
        defect = dealt.fate if dealt is not None and dealt.fate in DEFECTS else None
        node = VirtualNode(identity, crystal, self._brains_rng, move_spread=spread, defect=defect)
        seat = Seat(node, dealt=dealt)
        if not spec.delays.are_none:
            seat.way = Way(told.id, spec.seed, spec.delays)
        has_struck = told.id in self._shelf.struck
        seat.is_fated = has_struck
        seat.is_away = dealt is not None and (
            dealt.fate is Fate.NEVER_CONNECTS or (dealt.fate is Fate.DROPS and has_struck)
        )
        self._seats[told.id] = seat
        return seat

    async def _say_ready(self) -> None:
        self._check_all_up()
        limit = READY_TIMEOUT_S + READY_PER_NODE_S * len(self._seats)
        try:
            async with asyncio.timeout(limit):
                await self._all_up.wait()
                while not self._pump.is_idle:  # noqa: ASYNC110 - an event would be told of each message
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            _log.warning("%d of %d nodes connected, or some still busy", len(self._up), len(self._seats))
        fates = {seat.node.id: seat.dealt.fate for seat in self._seats.values() if seat.dealt is not None}
        self._facts.tell(
            "ready",
            nodes=len(self._seats),
            connected=len(self._up),
            told_offline=sorted(n for n, fate in fates.items() if fate in {Fate.NEVER_CONNECTS, Fate.DROPS}),
            told_to_reboot=sorted(node for node, fate in fates.items() if fate is Fate.REBOOTS),
            told_defects={node: fate for node, fate in sorted(fates.items()) if fate in DEFECTS},
        )

    def _check_all_up(self) -> None:
        if len(self._up) >= sum(not seat.is_away for seat in self._seats.values()):
            self._all_up.set()

    # -- power

    def _switch_on(self, seat: Seat) -> None:
        self._links.boot(seat)
        self._pump.boot(seat)

    def _switch_off(self, seat: Seat) -> None:
        self._pump.stay_dark(seat)
        if not seat.node.is_on:
            return
        self._note([*self._bank.cut(seat.node.id, time.time())])
        seat.node.switch_off()
        seat.wake = seat.wake_at = None
        self._links.cut(seat)

    # -- faults

    def _fix_fate(self, seat: Seat) -> None:
        """Choose the moment of a node's fault, once it knows an airing."""
        if seat.is_fated or seat.dealt is None or seat.node.brain is None:
            return
        if seat.dealt.fate not in POWER_FATES:
            return
        now = true_now()
        airing = seat.node.brain.next_airing(seat.node.crystal.raw(now))
        if airing is None:
            return
        seat.is_fated = True
        starts, ends = (seat.node.crystal.true(at) for at in airing)
        until = ends - BACK_BEFORE_END if seat.dealt.fate is Fate.REBOOTS else starts - BEFORE_START
        after = max(0.0, (until - now).total_seconds() * seat.dealt.moment)
        self._call_later(after, lambda: self._strike(seat))

    def _strike(self, seat: Seat) -> None:
        if self._is_stopping:
            return
        self._shelf.note_struck(seat.node.id)
        self._switch_off(seat)
        self._counts["power-cuts"] += 1
        if seat.dealt is not None and seat.dealt.fate is Fate.REBOOTS:
            self._call_later(self._rng.uniform(*BOOT_S), lambda: self._switch_on(seat))
        else:
            seat.is_away = True

    def _call_later(self, after: float, act: Callable[[], None]) -> None:
        def run() -> None:
            self._strikes.discard(handle)
            if not self._is_stopping:
                act()

        handle = asyncio.get_running_loop().call_later(after, run)
        self._strikes.add(handle)

    # -- events: only queued here

    def _came(self, seat: Seat, message: Message) -> None:
        is_chunk = "/chunk/" in message.topic
        if is_chunk and (self._pump.is_full or (self._loss and self._rng.random() < self._loss)):
            self._counts["chunks-dropped" if self._pump.is_full else "chunks-lost"] += 1
            return
        if seat.way is None:
            self._arrived(seat, message, None)
            return
        life, due = seat.node.life, seat.way.to_node(_came_at(message))
        # Later waiting in the loop is not a delay of the link: the message gets the time at which it was due.
        asyncio.get_running_loop().call_later(
            max(0.0, due - time.time()),
            lambda: self._arrived(seat, message, due) if seat.node.life == life else None,
        )

    def _arrived(self, seat: Seat, message: Message, at: float | None) -> None:
        """Queue a message. `at`: when it arrived, None: ask it; this stamps clock replies and plans."""
        topic, payload, raw, sha256 = message.topic, message.payload, None, None
        if "/chunk/" in topic:
            payload, sha256 = self._pieces.of(payload)
        elif topic.startswith(CLOCKS):
            came_at = _came_at(message) if at is None else at
            raw = seat.node.crystal.raw(datetime.fromtimestamp(came_at, UTC))
        elif topic.startswith(PLANS) and not message.retain:
            seat.told_at, payload = _came_at(message) if at is None else at, self._pieces.of(payload)[0]
        elif "/node/" not in topic:
            payload = self._pieces.of(payload)[0]
        self._pump.queue(seat, Received(topic, payload, raw, message.retain, sha256))

    def _rose(self, seat: Seat) -> None:
        self.storms.connected(seat.node.id)
        self._up.add(seat.node.id)
        self._check_all_up()
        self._pump.queue(seat, Connected())

    def _fell(self, seat: Seat) -> None:
        self._links.forget_filters(seat)
        self._pump.queue(seat, Disconnected())

    def _hear(self, facts: list[Sounded]) -> None:
        """Pass on what the loudspeakers' thread reports."""
        if self._loop is not None and not self._is_stopping:
            self._loop.call_soon_threadsafe(self._sounded, facts)

    def _sounded(self, facts: list[Sounded]) -> None:
        for fact in facts:
            seat = self._seats[fact.node]
            if not seat.node.is_on:
                continue
            self._pump.queue(seat, seat.node.noticed(fact))
        self._note(facts)

    def _note(self, facts: list[Sounded] | list[Over]) -> None:
        """Report what loudspeakers did to the parent, and have recordings of it written."""
        for fact in facts:
            name = "began" if isinstance(fact, Began) else "ended"
            self._counts[name] += 1
            self._facts.gather(name, item_of(fact, self._seats[fact.node].told_at))
            if isinstance(fact, Over) and self._tape is not None and self._seats[fact.node].is_recorded:
                self._write_tape(self._tape, fact)

    def _write_tape(self, tape: Recorder, over: Over) -> None:
        pieces = self._shelf.pieces_of(over.node, over.arm.recording)
        writing = asyncio.wrap_future(tape.write(Reel(over, pieces)))
        self._taping.add(writing)
        writing.add_done_callback(self._taped)

    def _taped(self, writing: "asyncio.Future[dict[str, object]]") -> None:
        self._taping.discard(writing)
        if writing.cancelled():
            return
        if error := writing.exception():
            _log.error("a tape could not be written: %s", error)
            self._counts["tapes-failed"] += 1
        else:
            self._facts.gather("recorded", writing.result())

    # -- clock errors of the nodes

    async def _tell_clocks(self, every_s: float) -> None:
        """Report, at intervals, the true error of each node's estimate of station time, and its own bound.

        The station's clock is this machine's, which is also the true time here.
        """
        while True:
            await asyncio.sleep(every_s)
            items = [item for seat in self._seats.values() if (item := self._clock_item(seat)) is not None]
            self._facts.tell("clocks", items=items)

    @staticmethod
    def _clock_item(seat: Seat) -> tuple[float, float] | None:
        brain = seat.node.brain
        if brain is None or not brain.clock.is_set:
            return None
        now = true_now()
        raw = seat.node.crystal.raw(now)
        bound = brain.clock.error(raw)
        assert bound is not None, "a clock that is set has a bound"
        wrong = brain.clock.station(raw) - now
        return round(wrong / MILLISECOND, 3), round(bound / MILLISECOND, 3)

    # -- effects of the nodes

    def execute(self, node: VirtualNode, effect: Effect) -> None:
        """Execute an effect that is no save; what cannot be sent is dropped, and the brain repeats it."""
        seat = self._seats[node.id]
        match effect:
            case Publish():
                self._publish(seat, effect)
            case Subscribe() | Unsubscribe():
                self._links.listen(seat, effect)
            case ConnectTo():
                self._links.move(seat, effect)
            case DigestRecording():
                self._digest(seat, effect)
            case Arm():
                # at the true instant at which the node's clock shows the requested one
                self._bank.arm(node.id, effect, node.crystal.true(effect.begin_at).timestamp())
            case Disarm(airing):
                self._bank.disarm(node.id, airing)
            case StopPlaying(airing):
                self._sounded([*self._bank.stop(node.id, airing, time.time())])

    def _publish(self, seat: Seat, message: Publish) -> None:
        if seat.way is None:
            self._send(seat, message)
            return
        now, life = time.time(), seat.node.life
        after = seat.way.from_node(now) - now
        asyncio.get_running_loop().call_later(
            after, lambda: self._send(seat, message) if seat.node.life == life else None
        )

    def _send(self, seat: Seat, message: Publish) -> None:
        if not self._links.publish(seat, message):
            self._counts["unsent"] += 1

    def _digest(self, seat: Seat, asked: DigestRecording) -> None:
        """Answer with the digest of what is on the node's disk."""
        sha256 = self._shelf.digest_of(seat.node.id, asked.recording, asked.count)
        if sha256 == asked.recording:
            verified = {"node": seat.node.id, "recording": sha256, "at": time.time()}
            self._facts.gather("verified", verified)
        self._pump.queue(seat, Digested(asked.recording, sha256))


def _came_at(message: Message) -> float:
    return time.time() - message.waited_s()
