"""The fleet's pump: passes events to brains in slices, saves, then sends; one timer for all nodes.

The saves of many brains in a slice are committed in one transaction; only then are their messages sent.
"""

import asyncio
import contextlib
import heapq
import math
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

from devices import topics
from devices.fleet_link import AsyncLink
from devices.ids import NodeId, RecordingId
from devices.node.effects import DropDocument, DropRecording, Effect, SaveChunk, SaveDocument
from devices.node.events import Event, Received, Tick
from simulator.delays import Way
from simulator.faults import Dealt
from simulator.fleet_storage import SAVES, FleetStorage, Save
from simulator.node import Execute, VirtualNode

SLICE_S = 0.008
"""How long brains run before the event loop continues: clock replies are stamped as they arrive."""
LONGEST_SLICE_S = 0.25
"""Brains get as long as the loop took for all else, up to this: so neither of them is starved."""
PLANS_SLICE_S = 0.04
"""Seconds of one slice for new plans: its nodes share one transaction, and the first of them is armed early
enough for a start 0.3 s after the call."""
PLANS_CALM_S = 0.05
"""A broker hands a plan to the nodes one after the other, a busy one within 0.4 s: for so long after each new
plan everything but plans waits."""
PLANS_LONGEST_S = 1.0
"""Plans that go on coming hold up everything else for no longer than this."""
CLOCKS = topics.time(NodeId(""))
"""Prefix of the topics of clock requests and replies."""
PLANS = topics.plan("")
_COMMITTED = (SaveDocument, DropDocument, DropRecording)
"""Effects that are committed before the node continues; of a chunk only its bytes, see `keep_chunk`."""
MOST_QUEUED = 200_000
"""Queued events: 40 each for 5,000 nodes; above it chunks are dropped, and requested again."""
GIVE_WAY_S, MOST_GIVEN, GIVEN_EVERY_S = 0.005, 6, 0.25
"""From so long before loudspeakers begin or end until they have, no brain runs: for so many times this long,
so often at most."""
BITMAPS_EVERY_S = 3.0
"""How long a chunk's arrival may be in memory only; a killed process fetches these chunks again."""


@dataclass(slots=True)
class Seat:
    """A node with its link, speaker and queue in this process."""

    node: VirtualNode
    link: AsyncLink | None = None
    way: Way | None = None
    """Transit times of its messages; None: no added delay."""
    dealt: Dealt | None = None
    told_at: float | None = None
    """When the newest plan that came live reached this machine, true time."""
    receiving: RecordingId | None = None
    """The recording of which its last event was a new chunk."""
    is_recorded: bool = False
    is_elsewhere: bool = False
    """Whether its link leads to another broker than that of its enrolment."""
    is_away: bool = False
    """Told to stay offline permanently."""
    is_fated: bool = False
    """Whether the moment of its fault is chosen."""
    wake: datetime | None = None
    """Its next Tick, by its own clock."""
    wake_at: float | None = None
    """The same instant in true time."""
    waiting: deque[tuple[int, Event]] = field(default_factory=deque)
    """Events not yet processed, each with the life in which it arrived; in order."""
    filters: set[str] = field(default_factory=set)


class Pump:
    """Processes events and effects of all nodes; belongs to one event loop."""

    def __init__(
        self,
        shelf: FleetStorage,
        execute: Execute,
        after: Callable[[Seat], None],
        booted: Callable[[Seat], None] = lambda _: None,
        sound_due_at: Callable[[], float | None] = lambda: None,
    ) -> None:
        """Make a pump; `after` is called for a node after each event, `booted` when it has booted.

        `sound_due_at`: when the next loudspeaker begins or ends, true time.
        """
        self._shelf = shelf
        self._execute = execute
        self._after = after
        self._booted = booted
        self._sound_due_at = sound_due_at
        self._dark: dict[NodeId, Seat] = {}
        """Nodes that have power and have not booted yet, in order."""
        self._turns: deque[Seat] = deque()
        """The order of processing: a node for each of its events, unless it was processed already."""
        self._first: deque[Seat] = deque()
        """Nodes with a new plan in their queue."""
        self._planned_at = self._plans_since = self._gave_way_at = -math.inf
        """When the newest new plan came, the first of those that came right after each other, and when no
        brain ran for the sake of loudspeakers that began."""
        self._has_work = asyncio.Event()
        self._timers: list[tuple[float, int, Seat, int]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._count = 0
        self._tasks: list[asyncio.Task[None]] = []
        self.failure: BaseException | None = None
        """Why the pump stopped: the disk is full, or an internal error."""

    async def start(self) -> None:
        """Start the pump."""
        self._tasks = [
            asyncio.create_task(self._run(), name="pump"),
            asyncio.create_task(self._write_bitmaps(), name="bitmaps"),
        ]
        for task in self._tasks:
            task.add_done_callback(self._note_end)

    async def stop(self) -> None:
        """Stop the pump; queued events are dropped."""
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def is_full(self) -> bool:
        """Return whether the queue is so long that repeatable messages should be dropped."""
        return len(self._turns) > MOST_QUEUED

    @property
    def is_idle(self) -> bool:
        """Return whether nothing is queued."""
        return not (self._turns or self._first or self._dark)

    def queue(self, seat: Seat, event: Event) -> None:
        """Queue an event for a brain.

        Real nodes run in parallel; here they share a processor. A new plan, with all events queued before it
        for its node, is processed before all other events, those that come to its node later among them, and
        before those the plans of other nodes that are still on their way. Otherwise the last node would start
        only after the first ones have sent all their receipts. To begin a sound needs no event: it was armed.
        """
        if _is_new_plan(event):
            self._first.append(seat)
            self._note_plan(time.monotonic())
        else:
            self._turns.append(seat)
        seat.waiting.append((seat.node.life, event))
        self._has_work.set()

    def boot(self, seat: Seat) -> None:
        """Have a node boot. It waits while plans come: a real node boots on a processor of its own."""
        self._dark[seat.node.id] = seat
        self._has_work.set()

    def stay_dark(self, seat: Seat) -> None:
        """Take back what `boot` was told, if it has not happened yet."""
        self._dark.pop(seat.node.id, None)

    async def _run(self) -> None:
        others_took = 0.0
        while True:
            await self._has_work.wait()
            self._think_of_plans()
            left_s = self._more_plans_within_s(time.monotonic())
            if left_s <= 0:
                slice_s = min(max(SLICE_S, others_took), LONGEST_SLICE_S, await self._give_way())
                self._think(slice_s)
                self._boot_some(slice_s)
            elif not self._first:
                await self._news_within(left_s)
                continue
            if self.is_idle:
                self._has_work.clear()
            turned_at = time.perf_counter()
            await asyncio.sleep(0)
            others_took = time.perf_counter() - turned_at

    def _note_plan(self, now: float) -> None:
        if now >= self._planned_at + PLANS_CALM_S:
            self._plans_since = now
        self._planned_at = now

    def _more_plans_within_s(self, now: float) -> float:
        """Return how long to wait for the plans of other nodes; 0: nothing is held up."""
        until = min(self._planned_at + PLANS_CALM_S, self._plans_since + PLANS_LONGEST_S)
        return max(0.0, until - now) if self._turns or self._dark else 0.0

    async def _news_within(self, seconds: float) -> None:
        """Return when something is queued, after so many seconds at the latest."""
        self._has_work.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._has_work.wait(), seconds)
        self._has_work.set()

    async def _give_way(self) -> float:
        """Wait while loudspeakers begin or end; return how long it is until the next ones do, seconds.

        They are many machines, and this process's one interpreter must not be why one begins after another.
        """
        left_s = self._sound_in_s()
        if left_s >= GIVE_WAY_S or time.monotonic() < self._gave_way_at + GIVEN_EVERY_S:
            return max(left_s, SLICE_S)
        for _ in range(MOST_GIVEN):
            await asyncio.sleep(GIVE_WAY_S)
            if self._sound_in_s() >= GIVE_WAY_S:
                break
        self._gave_way_at = time.monotonic()
        return SLICE_S

    def _sound_in_s(self) -> float:
        due = self._sound_due_at()
        return math.inf if due is None else due - time.time()

    def _note_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self.failure = task.exception()

    def _think_of_plans(self) -> None:
        """Process the new plans of all nodes, for as long as the event loop may be blocked.

        Meanwhile the loop would only bring receipts of the nodes that start first.
        """
        until = time.perf_counter() + LONGEST_SLICE_S
        while self._first and time.perf_counter() < until:
            self._think(PLANS_SLICE_S, of_plans_alone=True)

    def _think(self, slice_s: float, *, of_plans_alone: bool = False) -> None:
        """Pass events to brains for one slice, then save and send what they request."""
        until = time.perf_counter() + slice_s
        asked: dict[NodeId, tuple[Seat, list[Effect]]] = {}
        while time.perf_counter() < until:
            if self._first:
                seat = self._first.popleft()
                while not _is_new_plan(self._think_of(seat, asked)):
                    pass  # what came to this node before its plan
            elif self._turns and not of_plans_alone:
                seat = self._turns.popleft()
                if seat.waiting:
                    self._think_of(seat, asked)
            else:
                break
        if asked:
            self._commit(asked.values())

    def _boot_some(self, slice_s: float) -> None:
        """Boot nodes for one slice; what they read is committed: no slice leaves anything unsaved."""
        until = time.perf_counter() + slice_s
        booted: list[tuple[Seat, list[Effect]]] = []
        while self._dark and time.perf_counter() < until:
            seat = self._dark.pop(next(iter(self._dark)))
            memory = self._shelf.memory_of(seat.node.id)
            booted.append((seat, seat.node.switch_on(memory, true_now())))
        if booted:
            self._commit(booted)
        for seat, _ in booted:
            self.plan_wake(seat)
            self._booted(seat)

    def _think_of(self, seat: Seat, asked: dict[NodeId, tuple[Seat, list[Effect]]]) -> Event:
        """Pass a node's next event to its brain, return it; `asked`: what to save before it is executed."""
        life, event = seat.waiting.popleft()
        if seat.node.life != life:
            return event
        effects = seat.node.handle(event, true_now())
        node = seat.node.id
        before, seat.receiving = seat.receiving, None
        if node in asked or _asks_to_save(effects):
            asked.setdefault(node, (seat, []))[1].extend(effects)  # in order, with effects that save nothing
        elif len(effects) == 1 and isinstance(chunk := effects[0], SaveChunk):
            self._shelf.keep_chunk(node, chunk)
            seat.receiving = chunk.recording
            if before == chunk.recording:
                return event  # a further chunk changes no instant: most of all events of a delivery
        else:
            self._carry_out(seat, effects)
        self.plan_wake(seat)
        self._after(seat)
        return event

    def _commit(self, asked: Collection[tuple[Seat, list[Effect]]]) -> None:
        saves: list[tuple[NodeId, Save]] = [
            (seat.node.id, effect)
            for seat, effects in asked
            for effect in effects
            if isinstance(effect, SAVES)
        ]
        self._shelf.commit(saves)
        for seat, effects in asked:
            for effect in effects:
                self._execute(seat.node, effect)

    def _carry_out(self, seat: Seat, effects: list[Effect]) -> None:
        rest = []
        for effect in effects:
            if isinstance(effect, SaveChunk):
                self._shelf.keep_chunk(seat.node.id, effect)
            else:
                rest.append(effect)
        for effect in rest:
            self._execute(seat.node, effect)

    async def _write_bitmaps(self) -> None:
        while True:
            await asyncio.sleep(BITMAPS_EVERY_S)
            self._shelf.commit_bitmaps()

    def plan_wake(self, seat: Seat) -> None:
        """Schedule a node's next Tick."""
        wake = seat.node.wake_at()
        if wake is None or (seat.wake is not None and wake >= seat.wake):
            return  # a tick that is too early does no harm: it plans the next one
        seat.wake = wake
        due = seat.wake_at = seat.node.crystal.true(wake).timestamp()
        self._count += 1
        heapq.heappush(self._timers, (due, self._count, seat, seat.node.life))
        if self._timers[0][2] is seat or self._timer is None:
            self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._timers:
            after = max(0.0, self._timers[0][0] - time.time())
            self._timer = asyncio.get_running_loop().call_later(after, self._ring)

    def _ring(self) -> None:
        self._timer = None
        now = time.time()
        while self._timers and self._timers[0][0] <= now:
            due, _, seat, life = heapq.heappop(self._timers)
            if seat.node.life == life and seat.wake_at == due:
                seat.wake = seat.wake_at = None
                self.queue(seat, Tick())
        self._set_timer()


def _is_new_plan(event: Event) -> bool:
    return isinstance(event, Received) and event.topic.startswith(PLANS) and not event.retain


def _asks_to_save(effects: list[Effect]) -> bool:
    for effect in effects:  # noqa: SIM110 - after each event of thousands of nodes, thrice as fast as any()
        if isinstance(effect, _COMMITTED):
            return True
    return False


def true_now() -> datetime:
    """Return true time: this machine's clock, by definition."""
    return datetime.now(UTC)
