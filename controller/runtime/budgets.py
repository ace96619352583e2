"""Token buckets per node, checked before a message is parsed: one flooding node delays no other; pure.

Nodes repeat what is dropped here, as after a loss at the broker: vitals, wants and clock requests at their
next interval, receipts until they are committed, states at the next connection.
"""

import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from devices import topics
from devices.budgets import BUDGETS, COMMITTED, Budget
from devices.ids import NodeId

MOST_NODES = 20_000
"""Nodes whose buckets are kept; the least recently heard goes first."""
MOST_TOLD = 10_000
"""Nodes whose dropped messages are counted between two reports."""
_COMMITTED = "committed"
_KINDS: Mapping[type, str] = {
    topics.StateTopic: "state",
    topics.VitalsTopic: "vitals",
    topics.ReceiptTopic: "receipt",
    topics.WantTopic: "want",
    topics.TimeTopic: "time",
}


_BUDGETS: Mapping[str, Budget] = {**BUDGETS, _COMMITTED: COMMITTED}
_PLACES: Mapping[str, int] = {kind: 2 * n for n, kind in enumerate(_BUDGETS)}
"""Where a node's array has the tokens of a kind; the instant to which they were counted follows them."""


def _tokens(buckets: "array[float]", kind: str, now: float) -> float:
    """Refill one bucket; return its tokens."""
    budget, at = _BUDGETS[kind], _PLACES[kind]
    earned = max(0.0, now - buckets[at + 1]) * budget.a_second
    buckets[at], buckets[at + 1] = min(budget.burst, buckets[at] + earned), now
    return buckets[at]


@dataclass
class Budgets:
    """How many messages each node may still send. Thread-safe.

    The buckets of a node are one array of numbers: as objects, those of 5,000 nodes take 8 MB, not 1.3.
    """

    clock: Callable[[], float]  # steady seconds
    _nodes: "OrderedDict[NodeId, array[float]]" = field(default_factory=OrderedDict)
    _dropped: dict[NodeId, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admits(self, topic: topics.Topic, size: int) -> bool:
        """Return whether to read a message and charge it to its node; the station's own are not charged."""
        kind = _KINDS.get(type(topic))
        node: NodeId | None = getattr(topic, "node", None)
        if kind is None or node is None:
            return True
        with self._lock:
            now = self.clock()
            buckets = self._buckets(node, now)
            is_due = kind == "receipt" and _tokens(buckets, _COMMITTED, now) < 0
            if _tokens(buckets, kind, now) < 1 or size > BUDGETS[kind].most_bytes or is_due:
                if node in self._dropped or len(self._dropped) < MOST_TOLD:
                    self._dropped[node] = self._dropped.get(node, 0) + 1
                return False
            buckets[_PLACES[kind]] -= 1
            return True

    def committed(self, node: NodeId, receipts: int) -> None:
        """Charge receipts that were committed; below zero, the node's receipts are dropped for a while."""
        with self._lock:
            now = self.clock()
            buckets = self._buckets(node, now)
            _tokens(buckets, _COMMITTED, now)
            buckets[_PLACES[_COMMITTED]] -= receipts

    def dropped(self) -> dict[NodeId, int]:
        """Return and reset the number of dropped messages, by node."""
        with self._lock:
            found, self._dropped = self._dropped, {}
            return found

    def __len__(self) -> int:
        return len(self._nodes)

    def _buckets(self, node: NodeId, now: float) -> "array[float]":
        buckets = self._nodes.get(node)
        if buckets is None:
            if len(self._nodes) >= MOST_NODES:
                self._nodes.popitem(last=False)
            full = [number for budget in _BUDGETS.values() for number in (budget.burst, now)]
            buckets = self._nodes[node] = array("d", full)
        self._nodes.move_to_end(node)
        return buckets
