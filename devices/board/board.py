"""One board as a loudspeaker: a brain, its disk, its link, its player and its sources of time.

All but the player, the disk and blocking connects runs in one event loop. Of a batch of effects sound comes
first, then what must be durable, and only then all that is sent.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from devices.board.disk import DOCUMENTS_ROOM, SAVES, Disk
from devices.board.gpsd import Gpsd
from devices.board.hardware import SOFTWARE, capabilities
from devices.board.inbox import Inbox
from devices.board.player import Fact, Player
from devices.board.raw_clock import RawClock
from devices.board.sound_output import OutputGone, OutputSettings
from devices.board.supervisor import Supervisor
from devices.board.time_sources import RTC_DOCUMENT, NtpClock, Rtc
from devices.enrolling import Enrolled
from devices.fleet_link import AsyncLink, LinkHub
from devices.home_links import HomeLinks
from devices.ids import ClockSource, ClockTrust, NodeId, RecordingId
from devices.link_api import Message, Will
from devices.node import Brain, NodeIdentity, NodeMemory
from devices.node.effects import (
    Arm,
    ConnectTo,
    DigestRecording,
    Disarm,
    Effect,
    Publish,
    SaveDocument,
    StopPlaying,
    Subscribe,
    Unsubscribe,
)
from devices.node.events import Booted, Connected, Digested, Disconnected, Event, Received, Tick

_log = logging.getLogger(__name__)
T = TypeVar("T")

JOIN_AHEAD: Final = timedelta(seconds=1)
"""To read a recording, open the output and fill its buffer."""
MOST_EVENTS: Final = 50
"""In one batch, which is one commit: a memory card takes some 20 of them a second."""
WATCH_EVERY_S: Final = 1.0
NTP_EVERY_S: Final = 16.0
"""How often the system's clock and the disk are asked, and what was ignored is logged."""
STUCK_S: Final = 10.0
"""The player goes round at least twice a second; closing a stuck output takes it some 3 s."""


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """What the command line says."""

    folder: Path
    output: OutputSettings
    storage: int
    """Bytes that the disk of the node may take."""
    is_metered: bool = False
    rtc_ppm: float = 50.0
    gpsd: tuple[str, int] | None = None


@dataclass(slots=True)
class BoardNode:
    """The node of this board: its name and its brain."""

    id: NodeId
    brain: Brain

    def will(self) -> Will:
        """Return the last will of the session that begins."""
        will = self.brain.will()
        return Will(will.topic, will.payload, will.qos, will.retain)


@dataclass(slots=True)
class BoardSeat:
    """The node with its link."""

    node: BoardNode
    link: AsyncLink | None = None
    filters: set[str] = field(default_factory=set)
    is_elsewhere: bool = False


class Board:
    """The program; belongs to one event loop."""

    def __init__(self, settings: BoardSettings, who: Enrolled, supervisor: Supervisor) -> None:
        self._settings = settings
        self._who = who
        self._supervisor = supervisor
        self._clock = RawClock()
        self._disk = Disk(who.disk(settings.folder) / "node.sqlite", settings.storage)
        self._hub = LinkHub(who.enrolment.broker)
        self._hub.address = who.address
        self._links: HomeLinks[BoardSeat] = HomeLinks(self._hub, self._came, self._rose, self._fell)
        self._player = Player(settings.output, self._disk.recording, self._clock, self._sounded)
        self._ntp = NtpClock(self._clock)
        self._rtc = Rtc(self._clock, ppm=settings.rtc_ppm)
        self._disk_thread = ThreadPoolExecutor(1, thread_name_prefix="disk")
        self._inbox = Inbox()
        self._timer: asyncio.TimerHandle | None = None
        self._said = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._digesting: set[asyncio.Task[None]] = set()
        self._counts: Counter[str] = Counter()
        self._logged: Counter[str] = Counter()

    async def run(self, stopping: asyncio.Event) -> None:
        """Be a loudspeaker until told to stop; raise what makes it impossible to go on."""
        self._loop = asyncio.get_running_loop()
        await self._on_disk(self._disk.open)
        memory = await self._on_disk(self._disk.memory)
        identity = self._identity()
        brain = Brain(identity, memory, random.SystemRandom(), JOIN_AHEAD)
        seat = BoardSeat(BoardNode(identity.node, brain))
        self._queue(Booted())
        if (told := self._rtc.told(memory.documents.get(RTC_DOCUMENT))) is not None:
            self._queue(told)
        if (told := self._ntp.told()) is not None:
            self._queue(told)
        self._player.start()
        await self._hub.start()
        parts = [self._think(seat), self._watch(seat, memory), stopping.wait()]
        if self._settings.gpsd is not None:
            parts.append(Gpsd(self._clock, self._queue, *self._settings.gpsd).run())
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await self._stop(seat, tasks)

    async def _stop(self, seat: BoardSeat, tasks: "Sequence[asyncio.Task[object]]") -> None:
        """Be silent, say farewell, close the disk."""
        self._supervisor.stopping()
        await asyncio.to_thread(self._player.stop)
        for task in [*tasks, *self._digesting]:
            task.cancel()
        await asyncio.gather(*tasks, *self._digesting, return_exceptions=True)
        if self._timer is not None:
            self._timer.cancel()
        self._links.publish(seat, seat.node.brain.will())
        await self._hub.stop()
        await self._on_disk(self._disk.close)
        self._disk_thread.shutdown()

    def _identity(self) -> NodeIdentity:
        enrolment = self._who.enrolment
        return NodeIdentity(
            enrolment.node,
            enrolment.areas,
            self._who.root_public,
            self._who.key,
            broker=enrolment.broker,
            software=SOFTWARE,
            capabilities=capabilities(self._settings.storage - DOCUMENTS_ROOM),
            is_metered=self._settings.is_metered,
            first_session=enrolment.first_session,
        )

    # -- events

    def _queue(self, event: Event) -> None:
        self._inbox.put(event)

    def _came(self, _: BoardSeat, message: Message) -> None:
        arrived = self._clock.now() - timedelta(seconds=message.waited_s())  # of a clock reply it counts
        if not self._inbox.offer(Received(message.topic, message.payload, arrived, message.retain)):
            self._counts["not read: too much waits"] += 1

    def _rose(self, _: BoardSeat) -> None:
        self._queue(Connected())

    def _fell(self, seat: BoardSeat) -> None:
        self._links.forget_filters(seat)
        self._queue(Disconnected())

    def _sounded(self, fact: Fact) -> None:
        """Pass on what the player's thread reports."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._queue, fact)

    async def _think(self, seat: BoardSeat) -> None:
        """Pass events to the brain, and carry out what it asks for, one batch after the other."""
        brain, is_ready = seat.node.brain, False
        while True:
            await self._inbox.wait()
            effects: list[Effect] = []
            for _ in range(min(MOST_EVENTS, len(self._inbox))):
                effects += brain.handle(self._inbox.take(), self._clock.now())
            await self._carry_out(seat, effects)
            if not is_ready:
                is_ready = True
                self._links.start(seat)  # after the boot, which may have led to another broker
                self._supervisor.ready()
            self._plan_wake(brain.wake_at())

    def _plan_wake(self, at: datetime | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        after = None if at is None else max(0.0, (at - self._clock.now()).total_seconds())
        loop = asyncio.get_running_loop()
        self._timer = None if after is None else loop.call_later(after, self._queue, Tick())

    # -- effects

    async def _carry_out(self, seat: BoardSeat, effects: list[Effect]) -> None:
        for effect in effects:
            self._play(effect)
        if saves := [effect for effect in effects if isinstance(effect, SAVES)]:
            await self._on_disk(self._disk.commit, saves)
        for effect in effects:
            self._send(seat, effect)

    def _play(self, effect: Effect) -> None:
        match effect:
            case Arm():
                self._player.arm(effect)
            case Disarm(airing):
                self._player.disarm(airing)
            case StopPlaying(airing):
                self._player.silence(airing)

    def _send(self, seat: BoardSeat, effect: Effect) -> None:
        match effect:
            case Publish():
                if not self._links.publish(seat, effect):
                    self._counts["not sent: no link"] += 1
            case Subscribe() | Unsubscribe():
                self._links.listen(seat, effect)
            case ConnectTo():
                self._links.move(seat, effect)
            case DigestRecording(recording):
                digesting = asyncio.create_task(self._digest(recording))
                self._digesting.add(digesting)
                digesting.add_done_callback(self._digesting.discard)

    async def _digest(self, recording: RecordingId) -> None:
        self._queue(Digested(recording, await self._on_disk(self._disk.digest_of, recording)))

    async def _on_disk(self, act: Callable[..., T], *arguments: object) -> T:
        """Run in the thread of the disk, whose writes take as long as a memory card likes."""
        return await asyncio.get_running_loop().run_in_executor(self._disk_thread, act, *arguments)

    # -- each second

    async def _watch(self, seat: BoardSeat, memory: NodeMemory) -> None:
        """Keep the player at the station's time, ask the board's clocks, and say how it is."""
        brain, asked_at = seat.node.brain, self._clock.seconds()
        while True:
            now = self._clock.now()
            self._player.shift = brain.clock.offset(now)
            if self._clock.seconds() - asked_at > NTP_EVERY_S:
                asked_at = self._clock.seconds()
                memory.storage_free = await self._on_disk(self._disk.free)
                if (told := self._ntp.told()) is not None:
                    self._queue(told)
                self._log_ignored(brain)
            error = brain.clock.error(now)
            if error is not None and (noted := self._rtc.note(brain.clock.station(now), error)) is not None:
                await self._on_disk(self._disk.commit, [SaveDocument(RTC_DOCUMENT, noted)])
            self._say(
                brain.clock.trust(now), brain.clock.source(now), is_up=bool(seat.link and seat.link.is_up)
            )
            if not self._player.is_alive:
                raise OutputGone("the player has ended")
            if self._clock.seconds() - self._player.beat < STUCK_S:
                self._supervisor.lives()
            await asyncio.sleep(WATCH_EVERY_S)

    def _log_ignored(self, brain: Brain) -> None:
        """Log what came to nothing since the last call: docs/protocol.md, "When something is wrong"."""
        counts = brain.counts + self._counts
        if since := counts - self._logged:
            told = ", ".join(f"{why} ({count})" for why, count in sorted(since.items()))
            _log.warning("%s: ignored or not sent: %s", self._who.enrolment.node, told)
        self._logged = counts

    def _say(self, trust: ClockTrust, source: ClockSource, *, is_up: bool) -> None:
        """Log, and tell systemd, what has changed."""
        time = f"giờ theo {source} ({trust})"
        if trust is ClockTrust.NONE:
            time = "CHƯA BIẾT GIỜ: im lặng, trừ tin khẩn gọi lúc này, đến khi đài, NTP hay GPS cho biết giờ"
        sentence = f"{'đã nối với đài' if is_up else 'chưa nối được với đài, đang thử lại'}; {time}"
        if sentence != self._said:
            self._said = sentence
            _log.warning("%s: %s", self._who.enrolment.node, sentence)
            self._supervisor.status(sentence)
