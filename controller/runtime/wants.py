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
"""Seconds in which what was sent may still be on its way when its node says that it lacks it: in the broker's
queue, in its own, as long as the want took to come here.

Counted anew from each want that names fewer chunks than the one before, while many nodes are behind: a
machine that carries a recording to thousands slowly still carries it.
"""
HOLD_OFF_EMERGENCY = 3.0
"""The same for an emergency, until its round begins: rather twice than late."""
SHORT_TAIL = 2
"""So many of the chunks that were sent last may be lost, each by chance; more are rather on their way."""
SHORT_HOLD_OFF = 4.0
"""Seconds in which even those are rather on their way: of a node that is left behind by a second or two."""
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
    at: float


@dataclass(slots=True)
class _Sent:
    """When a chunk went to all or to one, as turns (what was dealt out before what) and in seconds."""

    first: int
    last: int
    at: float


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a want says of what was sent: messages to one node come in the order in which they were sent.

    What is missing and was sent before something that the node holds is lost, as what was sent before it
    connected. What is missing and was sent after everything that it holds (the *tail*) may be on its way,
    also to a node that asks for the first time: it has listened for a while, and nobody knows how long.
    """

    lost: frozenset[int]
    tail: Mapping[int, _Sent]
    is_old: bool
    """Whether it was said before some of what it lacks was sent: the node will say again what it lacks."""


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
    repaired: dict[NodeId, dict[int, _Sent]] = field(default_factory=dict)  # what went to one node
    listens: dict[NodeId, int] = field(default_factory=dict)  # at which turn it asked first
    came: dict[NodeId, int] = field(default_factory=dict)  # at which turn it connected, or was lost
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
        lack = entry.lacking[node] = _MissingPieces(frozenset(missing), self._turn, now)
        if len(lack.missing) < entry.lacked.get(node, 0):
            entry.came_on[node] = now
        entry.lacked[node] = len(lack.missing)
        entry.listens.setdefault(node, self._turn)
        if entry.due_at is None:
            begun = now if entry.is_emergency else max(now, entry.ended_at)
            entry.due_at, entry.longest_at = begun + WINDOW, begun + LONGEST_WINDOW

    def came_or_went(self, node: NodeId, now: float) -> None:
        """A node has connected, or is lost: what was sent to all before, it may not have heard."""
        for entry in self._recordings.values():
            if entry.queue or now - entry.ended_at < HOLD_OFF:
                entry.came[node] = self._turn
            else:  # what it lacks then was sent so long ago that it is lost in any case
                entry.came.pop(node, None)
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
        to = entry.sent if sending.node is None else entry.repaired.setdefault(sending.node, {})
        sent = to.setdefault(sending.chunk, _Sent(self._turn, self._turn, now))
        sent.last, sent.at = self._turn, now
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
        entry.repaired = {
            node: sent
            for node, sent in entry.repaired.items()
            if any(now - one.at < HOLD_OFF for one in sent.values())
        }
        entry.arrivals.clear()
        entry.due_at = None


def _still_missing(entry: _Recording, now: float) -> dict[NodeId, frozenset[int]]:
    """Return what each node lacks that is not on its way to it."""
    heard = {node: _heard(entry, node, lack) for node, lack in entry.lacking.items()}
    recent = {node: _recent(entry, one, entry.lacking[node], now) for node, one in heard.items()}
    arriving = {
        node
        for node, one in heard.items()
        if one.tail and not entry.is_emergency and now - entry.came_on.get(node, -HOLD_OFF) < HOLD_OFF
    }
    entry.behind = {node: at for node, at in entry.behind.items() if now - at < HOLD_OFF}
    entry.behind.update(
        (node, now)
        for node, sent in recent.items()
        if node in arriving or any(one.first > entry.listens[node] for one in sent.values())
    )
    many = _many_behind(entry, now)
    lacking = {}
    for node, one in heard.items():
        if many and node in arriving:
            held_back = one.tail
        elif many or not _is_by_chance(entry, node, one, recent[node]):
            held_back = recent[node]
        else:
            held_back = {}
        lacking[node] = one.lost | (one.tail.keys() - held_back.keys())
    return lacking


def _heard(entry: _Recording, node: NodeId, lack: _MissingPieces) -> _Heard:
    since = entry.listens[node] if entry.is_emergency else entry.came.get(node, 0)
    repaired = entry.repaired.get(node, {})
    held = (repaired.get(n, sent).first for n, sent in entry.sent.items() if n not in lack.missing)
    alone = (sent.first for n, sent in repaired.items() if n not in lack.missing)
    newest = max((first for first in (*held, *alone) if first > since), default=since)
    lost, tail, is_old = set(), {}, False
    for n in lack.missing:
        sent = _latest(entry.sent.get(n), repaired.get(n))
        if sent is None or sent.last <= newest:
            lost.add(n)
        elif sent.last <= lack.turn:
            tail[n] = sent
        else:  # what was sent after the node spoke is on its way for certain
            is_old = True
    return _Heard(frozenset(lost), tail, is_old)


def _latest(to_all: _Sent | None, to_one: _Sent | None) -> _Sent | None:
    if to_all is None or to_one is None:
        return to_all or to_one
    return to_one if to_one.last > to_all.last else to_all


def _recent(entry: _Recording, heard: _Heard, lack: _MissingPieces, now: float) -> dict[int, _Sent]:
    """Return of the tail what was so young, when the node spoke, that it may have been on its way."""
    if entry.is_emergency:
        return {n: sent for n, sent in heard.tail.items() if now - sent.at < HOLD_OFF_EMERGENCY}
    return {n: sent for n, sent in heard.tail.items() if lack.at - sent.at < HOLD_OFF}


def _is_by_chance(entry: _Recording, node: NodeId, heard: _Heard, recent: Mapping[int, _Sent]) -> bool:
    """Whether what a node lacks of what was sent last is rather lost, each by chance, than on its way."""
    if len(recent) > SHORT_TAIL:
        return False
    if entry.is_emergency:
        return True
    spoke_at, asked = entry.lacking[node].at, entry.listens[node]
    return not heard.is_old and all(
        sent.first > asked and spoke_at - sent.at >= SHORT_HOLD_OFF for sent in recent.values()
    )


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
