"""Which chunks go to whom: pure book-keeping of what nodes say they lack; see docs/protocol.md (chunks).

Nodes that lack a recording say so with a bitmap. What they say within a window is one *round*, answered
once: a chunk that many of them lack is sent to all who listen, a chunk that few lack to each of those. The
next round of a recording begins when this one has ended. What is on its way is not sent again: see `_Heard`.
What is needed first is sent first, and nobody is sent the same for ever; see docs/decisions/016. `now` is
in steady seconds throughout: no setting of a clock may keep an answer back.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from devices.ids import Grade, NodeId, RecordingId

WINDOW = 1.5  # seconds; measured: collecting for so long answers a whole commune with one transfer
STEP = 0.5
"""Seconds; while wants of one round still come in numbers, it waits so much longer, and again…"""
LONGEST_WINDOW = 8.0
"""…up to so long: thousands of nodes on a slow machine take seconds to read a plan and to ask."""
STILL_COMING = 0.02
"""More new wants than this share of all, within a STEP, are numbers."""
HOUR = 3600.0
MOST_AN_HOUR = (
    5  # so often is a node sent one chunk; who asks again has a failing disk, and others want theirs
)
MOST_REPAIRS = 8192
"""Chunks to single nodes in one round: 256 MB of 32 KiB each. Who is left out asks again."""
SHARE_FOR_ALL = 0.3  # below this share of the listening nodes, a repeat to all costs more than it saves
HOLD_OFF = 10.0
"""Seconds in which what went to all may still be on its way to a node: in the broker's queue, in its own.

Counted anew from each want that names fewer chunks than the one before, while many nodes are behind: a
machine that carries a recording to thousands slowly still carries it.
"""
HOLD_OFF_EMERGENCY = 3.0
"""The same for an emergency: rather twice than late."""
SHORT_TAIL = 2
"""So many of the chunks that were sent last may be lost, each by chance; more are rather on their way."""
SHARE_BEHIND = 0.1
"""When more of the listening nodes than this share lack what was sent last, it is on its way to them all."""


@dataclass(frozen=True, slots=True)
class Need:
    """Why a recording is wanted: the highest grade that names it, and the earliest start of that grade."""

    grade: Grade
    starts_at: datetime
    chunk_size: int | None = None
    """As its manifest says; None: that of every recording of its size."""

    @property
    def order(self) -> tuple[int, datetime]:
        """What is sent first: the lowest."""
        return -self.grade.rank, self.starts_at


@dataclass(frozen=True)
class Sending:
    """One chunk on its way: to all who listen (node is None), or to one node."""

    recording: RecordingId
    chunk: int
    node: NodeId | None


@dataclass(slots=True)
class _MissingPieces:
    missing: frozenset[int]
    turn: int
    """How much had been dealt out when it was said."""


@dataclass(slots=True)
class _Sent:
    """When a chunk went to all, as turns (what was dealt out before what) and in seconds."""

    first: int
    last: int
    at: float


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a want says of what was sent: messages to one node come in the order in which they were sent.

    What is missing and was sent before something that the node holds is lost, as what was sent before it
    listened. What is missing and was sent after everything that it holds (the *tail*) may be on its way.
    """

    lost: frozenset[int]
    tail: frozenset[int]


@dataclass
class _Given:
    """What one node was sent of one recording in the present hour."""

    since: float
    times: Counter[int] = field(default_factory=Counter)
    is_warned: bool = False  # that it had too much was said


@dataclass
class _Recording:
    need: Need
    due_at: float | None = None  # when the present window ends at the earliest
    longest_at: float = 0.0  # and at the latest
    arrivals: list[float] = field(default_factory=list)  # of nodes that began to ask in the present window
    ended_at: float = 0.0  # the last round
    lacking: dict[NodeId, _MissingPieces] = field(default_factory=dict)
    queue: deque[Sending] = field(default_factory=deque)
    sent: dict[int, _Sent] = field(default_factory=dict)
    repaired: dict[NodeId, dict[int, int]] = field(default_factory=dict)  # in the last round, at which turn
    listens: dict[NodeId, int] = field(default_factory=dict)  # since which turn
    behind: dict[NodeId, float] = field(default_factory=dict)  # when it lacked a tail that was held back
    lacked: dict[NodeId, int] = field(default_factory=dict)  # how many chunks, by its last want
    came_on: dict[NodeId, float] = field(default_factory=dict)  # when a want named fewer than the one before
    given: dict[NodeId, _Given] = field(default_factory=dict)
    last_turn: int = 0
    asked: int = 0  # nodes that lacked something in the last round

    @property
    def is_emergency(self) -> bool:
        return self.need.grade is Grade.EMERGENCY


class WantBook:
    """Collects wants and deals out sendings: the highest grade first and alone, then what starts first.

    Recordings that are needed equally soon take turns.
    """

    def __init__(self) -> None:
        self._recordings: dict[RecordingId, _Recording] = {}
        self._turn = 0
        self._too_much: list[tuple[NodeId, RecordingId]] = []

    def note(
        self, recording: RecordingId, node: NodeId, missing: Iterable[int], need: Need, now: float
    ) -> None:
        """Write down what a node lacks now; a later want of the same node replaces the earlier one."""
        entry = self._recordings.setdefault(recording, _Recording(need))
        entry.need = need
        if node not in entry.lacking:
            entry.arrivals.append(now)
        lack = entry.lacking[node] = _MissingPieces(frozenset(missing), self._turn)
        if len(lack.missing) < entry.lacked.get(node, 0):
            entry.came_on[node] = now
        entry.lacked[node] = len(lack.missing)
        entry.listens.setdefault(node, self._turn)
        if entry.due_at is None:
            begun = now if entry.is_emergency else max(now, entry.ended_at)
            entry.due_at, entry.longest_at = begun + WINDOW, begun + LONGEST_WINDOW

    def came_or_went(self, node: NodeId) -> None:
        """A node has connected, or is lost: what was sent to all before, it may not have heard."""
        for entry in self._recordings.values():
            entry.listens.pop(node, None)
            entry.lacking.pop(node, None)
            entry.repaired.pop(node, None)
            entry.lacked.pop(node, None)
            entry.came_on.pop(node, None)

    def next(self, now: float) -> Sending | None:
        """Deal out the next sending, or None where nothing is due yet."""
        for recording, entry in self._recordings.items():
            if not entry.queue and self._is_due(entry, now):
                self._open_round(recording, entry, now)
        due = [entry for entry in self._recordings.values() if entry.queue]
        if not due:
            return None
        entry = min(due, key=lambda one: (one.need.order, one.last_turn))
        self._turn += 1
        entry.last_turn = self._turn
        sending = entry.queue.popleft()
        if sending.node is None:
            sent = entry.sent.setdefault(sending.chunk, _Sent(self._turn, self._turn, now))
            sent.last, sent.at = self._turn, now
        else:
            entry.repaired.setdefault(sending.node, {})[sending.chunk] = self._turn
        if not entry.queue:
            entry.ended_at = now
            if entry.due_at is not None and not entry.is_emergency:  # who came late waited for the end
                entry.due_at, entry.longest_at = now + WINDOW, now + LONGEST_WINDOW
        return sending

    def listening(self, recording: RecordingId) -> int:
        """Return how many nodes have asked for a recording and listen."""
        entry = self._recordings.get(recording)
        return 0 if entry is None else len(entry.listens)

    @property
    def is_busy(self) -> bool:
        """Whether something is being sent, or about to be."""
        return any(entry.queue or entry.due_at is not None for entry in self._recordings.values())

    def receiving(self, recording: RecordingId) -> int:
        """Return how many nodes were found to lack some of a recording in its last round."""
        entry = self._recordings.get(recording)
        return 0 if entry is None else entry.asked

    def is_emergency(self, recording: RecordingId) -> bool:
        """Whether a recording is needed for an emergency."""
        entry = self._recordings.get(recording)
        return entry is not None and entry.is_emergency

    def are_behind(self, now: float) -> bool:
        """Whether many nodes have not yet got what was sent a while ago: it is sent too fast."""
        return any(_many_behind(entry, now) for entry in self._recordings.values())

    def keep(self, needs: Mapping[RecordingId, Need]) -> None:
        """Take on what is needed now, and drop what is known of recordings that no plan names any more."""
        self._recordings = {rec: entry for rec, entry in self._recordings.items() if rec in needs}
        for recording, entry in self._recordings.items():
            entry.need = needs[recording]

    def too_much(self) -> list[tuple[NodeId, RecordingId]]:
        """Return, once, which nodes were newly found to ask for the same again and again."""
        found, self._too_much = self._too_much, []
        return found

    def drop_queues(self) -> None:
        """Forget what was about to be sent (the broker is away); nodes will say again what they lack."""
        for recording in self._recordings:
            self.drop_queue(recording)

    def drop_queue(self, recording: RecordingId) -> None:
        """Forget the same of one recording; what arrived of it is not known."""
        if recording in self._recordings:
            self._recordings[recording] = _Recording(self._recordings[recording].need)

    def _is_due(self, entry: _Recording, now: float) -> bool:
        """Whether the window of a round has ended: it is longer while many nodes still begin to ask."""
        if entry.due_at is None or now < entry.due_at:
            return False
        more = sum(at > now - STEP for at in entry.arrivals)
        is_still_coming = more > max(1, STILL_COMING * len(entry.arrivals)) and now < entry.longest_at
        if is_still_coming and not entry.is_emergency:
            entry.due_at = now + STEP
            return False
        return True

    def _open_round(self, recording: RecordingId, entry: _Recording, now: float) -> None:
        lacking: dict[NodeId, frozenset[int]] = {}
        for node, missing in _still_missing(entry, now).items():
            given = entry.given.get(node)
            if given is None or now - given.since >= HOUR:
                given = entry.given[node] = _Given(now)
            lacking[node] = frozenset(n for n in missing if given.times[n] < MOST_AN_HOUR)
            given.times.update(lacking[node])
            if lacking[node] != missing and not given.is_warned:
                given.is_warned = True
                self._too_much.append((node, recording))
        sendings = deal(recording, lacking)
        to_all = sum(sending.node is None for sending in sendings)
        for left_out in sendings[to_all + MOST_REPAIRS :]:
            assert left_out.node is not None, "what goes to all comes first"
            entry.given[left_out.node].times[left_out.chunk] -= 1
        entry.queue.extend(sendings[: to_all + MOST_REPAIRS])
        entry.asked = sum(bool(missing) for missing in lacking.values())
        entry.lacking.clear()
        entry.repaired.clear()
        entry.arrivals.clear()
        entry.due_at = None


def _still_missing(entry: _Recording, now: float) -> dict[NodeId, frozenset[int]]:
    """Return what each node lacks that is not on its way to it."""
    heard = {node: _heard(entry, node, lack) for node, lack in entry.lacking.items()}
    hold_off = HOLD_OFF_EMERGENCY if entry.is_emergency else HOLD_OFF
    recent = {
        node: frozenset(n for n in one.tail if now - entry.sent[n].at < hold_off)
        for node, one in heard.items()
    }
    arriving = {
        node
        for node, one in heard.items()
        if one.tail and not entry.is_emergency and now - entry.came_on.get(node, -HOLD_OFF) < HOLD_OFF
    }
    entry.behind = {node: at for node, at in entry.behind.items() if now - at < HOLD_OFF}
    entry.behind.update((node, now) for node in heard if recent[node] or node in arriving)
    many = _many_behind(entry, now)
    lacking = {}
    for node, one in heard.items():
        if many and node in arriving:
            held_back = one.tail
        else:
            held_back = recent[node] if many or len(recent[node]) > SHORT_TAIL else frozenset()
        lacking[node] = one.lost | (one.tail - held_back)
    return lacking


def _heard(entry: _Recording, node: NodeId, lack: _MissingPieces) -> _Heard:
    since = entry.listens[node]
    held = (sent.first for n, sent in entry.sent.items() if n not in lack.missing)
    newest = max((first for first in held if first > since), default=since)
    repaired = entry.repaired.get(node, {})
    lost, tail = set(), set()
    for n in lack.missing:
        if repaired.get(n, 0) > lack.turn:
            continue
        sent = entry.sent.get(n)
        if sent is None or sent.last <= newest:
            lost.add(n)
        elif sent.last <= lack.turn:
            tail.add(n)  # what was sent after the node spoke is on its way for certain
    return _Heard(frozenset(lost), frozenset(tail))


def _many_behind(entry: _Recording, now: float) -> bool:
    recent = sum(now - at < HOLD_OFF for at in entry.behind.values())
    return recent > max(SHORT_TAIL, SHARE_BEHIND * len(entry.listens))


def deal(recording: RecordingId, lacking: Mapping[NodeId, frozenset[int]]) -> list[Sending]:
    """Turn what each node lacks into sendings: first those for all, then repairs, node by node in turn.

    Repairs of one chunk are sent to less than SHARE_FOR_ALL of those who ask, so all of them together never
    put more on the line than that share of a repeat to all.
    """
    nodes = {node: missing for node, missing in lacking.items() if missing}
    if not nodes:
        return []
    counts: Counter[int] = Counter()
    for missing in nodes.values():
        counts.update(missing)
    for_all = {chunk for chunk, count in counts.items() if count >= SHARE_FOR_ALL * len(nodes) and count > 1}
    sendings = [Sending(recording, chunk, None) for chunk in sorted(for_all)]
    queues = {node: deque(sorted(missing - for_all)) for node, missing in nodes.items()}
    while queues:  # in turn, so that no link has to take two chunks at once
        for node in list(queues):
            if queues[node]:
                sendings.append(Sending(recording, queues[node].popleft(), node))
            else:
                del queues[node]
    return sendings
