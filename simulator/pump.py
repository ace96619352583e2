"""The fleet's pump: hands events to brains a slice at a time, makes durable, then sends; one timer for all.

What many brains save in a slice is committed in one transaction, and only then goes out what they say.
"""

import asyncio
import heapq
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

from devices import topics
from devices.fleet_link import AsyncLink
from devices.ids import NodeId
from devices.node.effects import DropDocument, DropRecording, Effect, SaveChunk, SaveDocument
from devices.node.events import Event, Received, Tick
from simulator.delays import Way
from simulator.faults import Dealt
from simulator.node import Host, VirtualNode, carry_out
from simulator.shelf import SAVES, Save, Shelf

SLICE_S = 0.008
"""How long brains think before the event loop gets its turn: clock replies are stamped as they arrive."""
LONGEST_SLICE_S = 0.25
"""Brains get as long as the loop took for all else, but no longer than this: neither must starve."""
PLANS_SLICE_S = 0.04
"""Of plans that were said just now, so many at once are thought about and made durable: one transaction for
many nodes, and the first of them is armed soon enough for a start 0.35 s after the call."""
CLOCKS = topics.time(NodeId(""))
"""What topics of clock requests and replies begin with."""
_PLANS = topics.plan("")
_COMMITTED = (SaveDocument, DropDocument, DropRecording)
"""What is durable before the node goes on; of a chunk only its bytes are, see `keep_chunk`."""
MOST_QUEUED = 200_000
"""Waiting for brains: 40 events each for 5,000 nodes; beyond it chunks are dropped, and asked for again."""
BITMAPS_EVERY_S = 3.0
"""How long a chunk's arrival may be known only to memory; a killed process fetches so much again."""


@dataclass(slots=True)
class Seat:
    """A node, and what surrounds it in this process."""

    node: VirtualNode
    link: AsyncLink | None = None
    way: Way | None = None
    """How long its messages travel; None: as long as the machine takes."""
    dealt: Dealt | None = None
    is_recorded: bool = False
    is_away: bool = False
    """Told to stay away for good."""
    is_fated: bool = False
    """Whether the moment of its fate is fixed."""
    wake: datetime | None = None
    """When it is to be ticked, by its own clock."""
    wake_at: float | None = None
    """The same instant, truly."""
    waiting: deque[tuple[int, Event]] = field(default_factory=deque)
    """Events that it has not thought about yet, each of the life in which it came; in order."""
    filters: set[str] = field(default_factory=set)


class Pump:
    """Everything between an event and its effects, for all nodes; of one event loop."""

    def __init__(self, shelf: Shelf, host: Host, after: Callable[[Seat], None]) -> None:
        self._shelf = shelf
        self._host = host
        self._after = after
        """Called for a node after each event that it has thought about."""
        self._turns: deque[Seat] = deque()
        """Whose turn it is: a node for each of its events, unless it has thought about them already."""
        self._first: deque[Seat] = deque()
        """Nodes that a plan waits for which was said just now."""
        self._has_work = asyncio.Event()
        self._timers: list[tuple[float, int, Seat, int]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._count = 0
        self._tasks: list[asyncio.Task[None]] = []
        self.failure: BaseException | None = None
        """Why it pumps no more: the disk is full, or a fault of ours."""

    async def start(self) -> None:
        """Begin to pump."""
        self._tasks = [
            asyncio.create_task(self._run(), name="pump"),
            asyncio.create_task(self._write_bitmaps(), name="bitmaps"),
        ]
        for task in self._tasks:
            task.add_done_callback(self._note_end)

    async def stop(self) -> None:
        """Pump no more; what still waits is dropped."""
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def is_full(self) -> bool:
        """Whether so much waits that what can be asked for again should be dropped."""
        return len(self._turns) > MOST_QUEUED

    def queue(self, seat: Seat, event: Event) -> None:
        """Have a brain told of an event when its turn comes.

        In the field nodes think side by side; here they share a processor. A plan that is said just now, with
        what its node has to think about before it, comes before what other nodes have to tell, or the last
        would start when the first have told all.
        """
        is_plan = isinstance(event, Received) and event.topic.startswith(_PLANS) and not event.retain
        (self._first if is_plan else self._turns).append(seat)
        seat.waiting.append((seat.node.life, event))
        self._has_work.set()

    def carry_out_saved(self, seat: Seat, effects: list[Effect]) -> None:
        """Make durable, then do, what a brain asks for."""
        self._commit([(seat, effects)])
        self.plan_wake(seat)

    async def _run(self) -> None:
        others_took = 0.0
        while True:
            await self._has_work.wait()
            self._think_of_plans()
            self._think(min(max(SLICE_S, others_took), LONGEST_SLICE_S))
            if not (self._turns or self._first):
                self._has_work.clear()
            turned_at = time.perf_counter()
            await asyncio.sleep(0)
            others_took = time.perf_counter() - turned_at

    def _note_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self.failure = task.exception()

    def _think_of_plans(self) -> None:
        """Let what plans make nodes do go on to the end, for as long as the event loop can do without a turn.

        All that the loop would bring meanwhile is what the first to start have to tell.
        """
        until = time.perf_counter() + LONGEST_SLICE_S
        while self._first and time.perf_counter() < until:
            self._think(PLANS_SLICE_S, of_plans_alone=True)

    def _think(self, slice_s: float, *, of_plans_alone: bool = False) -> None:
        """Hand events to brains for one slice, then make durable and send what they ask for."""
        until = time.perf_counter() + slice_s
        asked: dict[NodeId, tuple[Seat, list[Effect]]] = {}
        while time.perf_counter() < until:
            if self._first:
                seat, most = self._first.popleft(), MOST_QUEUED
            elif self._turns and not of_plans_alone:
                seat, most = self._turns.popleft(), 1
            else:
                break
            for _ in range(min(most, len(seat.waiting))):
                self._think_of(seat, asked)
        if asked:
            self._commit(asked.values())

    def _think_of(self, seat: Seat, asked: dict[NodeId, tuple[Seat, list[Effect]]]) -> None:
        """Hand a node's next event to its brain; `asked`: what is to be made durable before it is done."""
        life, event = seat.waiting.popleft()
        if seat.node.life != life:
            return
        effects = seat.node.handle(event, true_now())
        node = seat.node.id
        if node in asked or _asks_to_save(effects):
            asked.setdefault(node, (seat, []))[1].extend(effects)  # in order, also what saves nothing
        else:
            self._carry_out(seat, effects)
        self.plan_wake(seat)
        self._after(seat)

    def _commit(self, asked: Collection[tuple[Seat, list[Effect]]]) -> None:
        saves: list[tuple[NodeId, Save]] = [
            (seat.node.id, effect)
            for seat, effects in asked
            for effect in effects
            if isinstance(effect, SAVES)
        ]
        self._shelf.commit(saves)
        for seat, effects in asked:
            carry_out(seat.node, effects, self._host)

    def _carry_out(self, seat: Seat, effects: list[Effect]) -> None:
        others = []
        for effect in effects:
            if isinstance(effect, SaveChunk):
                self._shelf.keep_chunk(seat.node.id, effect)
            else:
                others.append(effect)
        if others:
            carry_out(seat.node, others, self._host)

    async def _write_bitmaps(self) -> None:
        while True:
            await asyncio.sleep(BITMAPS_EVERY_S)
            self._shelf.commit_bitmaps()

    def plan_wake(self, seat: Seat) -> None:
        """Have a node ticked when it wants."""
        wake = seat.node.wake_at()
        if wake is None or (seat.wake is not None and wake >= seat.wake):
            return  # a tick too early does no harm: it plans the next
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


def _asks_to_save(effects: list[Effect]) -> bool:
    return any(isinstance(effect, _COMMITTED) for effect in effects)


def true_now() -> datetime:
    """Return true time: this machine's clock is the world's."""
    return datetime.now(UTC)
