"""Which chunks go to whom: pure book-keeping of what nodes say they lack; see docs/protocol.md (chunks).

Nodes that lack a recording say so with a bitmap. What they say within a short window is answered once:
a chunk that many of them lack is repeated to all who listen, a chunk that few lack goes to each of those.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from devices.messages import Grade, NodeId, RecordingId

WINDOW = timedelta(seconds=1.5)  # measured: collecting for so long answers a whole commune with one transfer
SHARE_FOR_ALL = 0.3  # below this share of the listening nodes, a repeat to all costs more than it saves


@dataclass(frozen=True)
class Sending:
    """One chunk on its way: to all who listen (node is None), or to one node."""

    recording: RecordingId
    chunk: int
    node: NodeId | None


@dataclass
class _Wish:
    missing: frozenset[int]
    said_at: datetime


@dataclass
class _Recording:
    grade: Grade
    opened_at: datetime | None = None  # when the present window began
    wishes: dict[NodeId, _Wish] = field(default_factory=dict)
    queue: deque[Sending] = field(default_factory=deque)
    sent_to_all_at: dict[int, datetime] = field(default_factory=dict)
    order: int = 0


class WantBook:
    """Collects wants and deals out sendings, the highest grade first and alone."""

    def __init__(self) -> None:
        self._recordings: dict[RecordingId, _Recording] = {}
        self._count = 0

    def note(
        self, recording: RecordingId, node: NodeId, missing: Iterable[int], grade: Grade, now: datetime
    ) -> None:
        """Write down what a node lacks now; a later want of the same node replaces the earlier one."""
        entry = self._recordings.get(recording)
        if entry is None:
            self._count += 1
            entry = self._recordings[recording] = _Recording(grade, order=self._count)
        entry.grade = grade
        entry.wishes[node] = _Wish(frozenset(missing), now)
        if entry.opened_at is None:
            entry.opened_at = now

    def next(self, now: datetime) -> Sending | None:
        """Deal out the next sending, or None where nothing is due yet."""
        for entry in self._recordings.values():
            if not entry.queue and entry.opened_at is not None and now >= entry.opened_at + WINDOW:
                self._open_round(entry)
        due = [entry for entry in self._recordings.values() if entry.queue]
        if not due:
            return None
        entry = min(due, key=lambda one: (-one.grade.rank, one.order))
        sending = entry.queue.popleft()
        if sending.node is None:
            entry.sent_to_all_at[sending.chunk] = now
        return sending

    def forget(self, keep: Iterable[RecordingId]) -> None:
        """Drop what is known of recordings that no plan names any more."""
        kept = set(keep)
        self._recordings = {rec: entry for rec, entry in self._recordings.items() if rec in kept}

    def drop_queues(self) -> None:
        """Forget what was about to be sent (the broker is away); nodes will say again what they lack."""
        for entry in self._recordings.values():
            entry.queue.clear()
            entry.wishes.clear()
            entry.opened_at = None

    def _open_round(self, entry: _Recording) -> None:
        recording = next(rec for rec, one in self._recordings.items() if one is entry)
        lacking = {node: _still_missing(wish, entry.sent_to_all_at) for node, wish in entry.wishes.items()}
        entry.queue.extend(deal(recording, lacking))
        entry.wishes.clear()
        entry.opened_at = None


def _still_missing(wish: _Wish, sent_to_all_at: Mapping[int, datetime]) -> frozenset[int]:
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
