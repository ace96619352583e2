"""Virtual loudspeakers: one bank for a whole fleet, played in true time, and the thread that plays it.

The bank is a pure state machine under a lock: instants come in as arguments. Instants are seconds since 1970,
true time, as floats: a start must cost microseconds.
"""

import heapq
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from devices.ids import AiringId, NodeId
from devices.node.effects import Arm
from devices.node.events import Ended

LONGEST_SLEEP_S = 0.5
"""Longest sleep of the thread, seconds: limits the effect of a changed system clock."""
SPIN_S = 0.0015
"""A sleep may end this much late; the last part is waited for in short sleeps."""
SHORT_SLEEP_S = 0.0002
TOGETHER_S = 0.005
"""What begins or ends this soon after each other is reported together: what follows from a report would take
the interpreter from those that are to begin."""
LONGEST_UNREPORTED_S = 0.03


@dataclass(frozen=True, slots=True)
class Began:
    """Sound began at this true instant; it was armed for `due_at`."""

    node: NodeId
    arm: Arm
    true_at: float
    due_at: float


@dataclass(frozen=True, slots=True)
class Over:
    """Sound ended at this true instant; `heard_ms` of the recording since it began."""

    node: NodeId
    arm: Arm
    began_at: float
    true_at: float
    heard_ms: int
    why: Ended


Sounded = Began | Over
_Due = tuple[float, int, NodeId, AiringId]
"""When something begins or ends, true time; its turn, to tell what was replaced since; where, and what."""


@dataclass(slots=True)
class _Speaker:
    armed: dict[AiringId, tuple[int, Arm]]
    playing: Arm | None = None
    began_at: float = 0.0
    turn: int = 0


class SpeakerBank:
    """All loudspeakers of a fleet; thread-safe."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._speakers: dict[NodeId, _Speaker] = {}
        self._heap: list[_Due] = []
        self._count = 0
        self._lock = threading.Lock()
        self.changed: Callable[[], None] = lambda: None
        """Called, without a lock, when something is due earlier than before."""

    def arm(self, node: NodeId, arm: Arm, due: float) -> None:
        """Have an airing begin at a true instant; if it sounds already, only apply the volume."""
        with self._lock:
            speaker = self._speakers.setdefault(node, _Speaker({}))
            if speaker.playing is not None and speaker.playing.airing == arm.airing:
                return
            self._count += 1
            speaker.armed[arm.airing] = (self._count, arm)
            is_first = not self._heap or due < self._heap[0][0]
            heapq.heappush(self._heap, (due, self._count, node, arm.airing))
        if is_first:
            self.changed()

    def disarm(self, node: NodeId, airing: AiringId) -> None:
        """Cancel an armed airing."""
        with self._lock:
            if (speaker := self._speakers.get(node)) is not None:
                speaker.armed.pop(airing, None)

    def stop(self, node: NodeId, airing: AiringId, now: float) -> list[Over]:
        """End it if it sounds."""
        with self._lock:
            speaker = self._speakers.get(node)
            if speaker is None or speaker.playing is None or speaker.playing.airing != airing:
                return []
            return [self._end(node, speaker, now, Ended.STOPPED)]

    def cut(self, node: NodeId, now: float) -> list[Over]:
        """Cut the power: cancel what is armed, end what sounds."""
        with self._lock:
            speaker = self._speakers.pop(node, None)
            if speaker is None or speaker.playing is None:
                return []
            return [self._end(node, speaker, now, Ended.STOPPED)]

    def due_at(self) -> float | None:
        """Return the next true instant at which something begins or ends."""
        with self._lock:
            return self._heap[0][0] if self._heap else None

    def sounding(self) -> int:
        """Return how many loudspeakers sound."""
        with self._lock:
            return sum(speaker.playing is not None for speaker in self._speakers.values())

    def fire(self, clock: Callable[[], float]) -> list[Sounded]:
        """Execute everything that is due; each is stamped with the instant at which it really happened.

        What becomes due while one is executed is stamped before the next is: loudspeakers are many machines,
        and none begins later because another one begins.
        """
        facts: list[Sounded] = []
        stamped: deque[tuple[float, _Due]] = deque()
        with self._lock:
            while True:
                while self._heap and self._heap[0][0] <= (now := clock()):
                    stamped.append((now, heapq.heappop(self._heap)))
                if not stamped:
                    return facts
                facts += self._execute(*stamped.popleft())

    def _execute(self, now: float, what: _Due) -> list[Sounded]:
        due, turn, node, airing = what
        speaker = self._speakers.get(node)
        if speaker is None:
            return []
        if speaker.turn == turn and speaker.playing is not None:
            return [self._end(node, speaker, now, Ended.RAN_OUT)]
        if airing in speaker.armed and speaker.armed[airing][0] == turn:
            return self._begin(node, speaker, speaker.armed.pop(airing)[1], now, due)
        return []

    def _begin(self, node: NodeId, speaker: _Speaker, arm: Arm, now: float, due: float) -> list[Sounded]:
        facts: list[Sounded] = []
        if speaker.playing is not None:
            facts.append(self._end(node, speaker, now, Ended.STOPPED))
        self._count += 1
        speaker.playing, speaker.began_at, speaker.turn = arm, now, self._count
        left_s = max(0, arm.duration_ms - arm.offset_ms) / 1000 / self._speed
        heapq.heappush(self._heap, (now + left_s, self._count, node, arm.airing))
        return [*facts, Began(node, arm, now, due)]

    def _end(self, node: NodeId, speaker: _Speaker, now: float, why: Ended) -> Over:
        arm, speaker.playing = speaker.playing, None
        assert arm is not None
        left_ms = max(0, arm.duration_ms - arm.offset_ms)
        heard = left_ms if why is Ended.RAN_OUT else round((now - speaker.began_at) * 1000 * self._speed)
        return Over(node, arm, speaker.began_at, now, min(max(0, heard), left_ms), why)


class SpeakerThread:
    """Plays a bank in real time, in its own thread: a busy event loop delays no start."""

    def __init__(
        self, bank: SpeakerBank, clock: Callable[[], float], report: Callable[[list[Sounded]], None]
    ) -> None:
        self._bank = bank
        self._clock = clock
        self._report = report
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._bank.changed = self._wake.set
        self._thread = threading.Thread(target=self._run, name="speakers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread; what sounds is not reported as ended."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(2)

    def _run(self) -> None:
        unreported: list[Sounded] = []
        while not self._stopping:
            self._wake.clear()
            due, now = self._bank.due_at(), self._clock()
            left = LONGEST_SLEEP_S if due is None else due - now
            is_old = bool(unreported) and now > unreported[0].true_at + LONGEST_UNREPORTED_S
            if unreported and (left > TOGETHER_S or is_old):
                self._report(unreported)
                unreported = []
            if left > SPIN_S:
                self._wake.wait(min(left - SPIN_S, LONGEST_SLEEP_S))
            elif left > 0:
                self._wake.wait(SHORT_SLEEP_S)
            else:
                unreported += self._bank.fire(self._clock)
