"""Which chunks go to whom: pure book-keeping of what nodes say they lack; see docs/protocol.md (chunks).

Nodes that lack a recording say so with a bitmap. What they say within a short window is answered once:
a chunk that many of them lack is repeated to all who listen, a chunk that few lack goes to each of those.
What is needed first is sent first, and nobody is sent the same for ever; see docs/decisions/016. `now` is
in steady seconds throughout: no setting of a clock may keep an answer back.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from devices.messages import Grade, NodeId, RecordingId

WINDOW = 1.5  # seconds; measured: collecting for so long answers a whole commune with one transfer
HOUR = 3600.0
MOST_AN_HOUR = (
    5  # so often is a node sent one chunk; who asks again has a failing disk, and others want theirs
)
SHARE_FOR_ALL = 0.3  # below this share of the listening nodes, a repeat to all costs more than it saves


@dataclass(frozen=True, slots=True)
class Need:
    """Why a recording is wanted: the highest grade that names it, and the earliest start of that grade."""

    grade: Grade
    starts_at: datetime

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


@dataclass
class _Wish:
    missing: frozenset[int]
    said_at: float


@dataclass
class _Given:
    """What one node was sent of one recording in the present hour."""

    since: float
    times: Counter[int] = field(default_factory=Counter)
    is_told: bool = False  # that it had too much was said


@dataclass
class _Recording:
    need: Need
    opened_at: float | None = None  # when the present window began
    wishes: dict[NodeId, _Wish] = field(default_factory=dict)
    queue: deque[Sending] = field(default_factory=deque)
    sent_to_all_at: dict[int, float] = field(default_factory=dict)
    given: dict[NodeId, _Given] = field(default_factory=dict)
    last_turn: int = 0


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
        entry.wishes[node] = _Wish(frozenset(missing), now)
        if entry.opened_at is None:
            entry.opened_at = now

    def next(self, now: float) -> Sending | None:
        """Deal out the next sending, or None where nothing is due yet."""
        for entry in self._recordings.values():
            if not entry.queue and entry.opened_at is not None and now >= entry.opened_at + WINDOW:
                self._open_round(entry, now)
        due = [entry for entry in self._recordings.values() if entry.queue]
        if not due:
            return None
        entry = min(due, key=lambda one: (one.need.order, one.last_turn))
        self._turn += 1
        entry.last_turn = self._turn
        sending = entry.queue.popleft()
        if sending.node is None:
            entry.sent_to_all_at[sending.chunk] = now
        return sending

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
        for entry in self._recordings.values():
            entry.queue.clear()
            entry.wishes.clear()
            entry.opened_at = None
            entry.given.clear()  # who knows what of it arrived

    def _open_round(self, entry: _Recording, now: float) -> None:
        recording = next(rec for rec, one in self._recordings.items() if one is entry)
        lacking: dict[NodeId, frozenset[int]] = {}
        for node, wish in entry.wishes.items():
            given = entry.given.get(node)
            if given is None or now - given.since >= HOUR:
                given = entry.given[node] = _Given(now)
            missing = _still_missing(wish, entry.sent_to_all_at)
            lacking[node] = frozenset(n for n in missing if given.times[n] < MOST_AN_HOUR)
            given.times.update(lacking[node])
            if lacking[node] != missing and not given.is_told:
                given.is_told = True
                self._too_much.append((node, recording))
        entry.queue.extend(deal(recording, lacking))
        entry.wishes.clear()
        entry.opened_at = None


def _still_missing(wish: _Wish, sent_to_all_at: Mapping[int, float]) -> frozenset[int]:
    """Leave out what went to all after the node spoke: it listens before it speaks, so it has that by now."""
    return frozenset(
        n for n in wish.missing if not (n in sent_to_all_at and sent_to_all_at[n] >= wish.said_at)
    )


def deal(recording: RecordingId, lacking: Mapping[NodeId, frozenset[int]]) -> list[Sending]:
    """Turn what each node lacks into sendings: first those for all, then repairs, node by node in turn."""
    nodes = {node: missing for node, missing in lacking.items() if missing}
    if not nodes:
        return []
    counts: dict[int, int] = {}
    for missing in nodes.values():
        for chunk in missing:
            counts[chunk] = counts.get(chunk, 0) + 1
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
