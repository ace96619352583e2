"""Token buckets per node, checked before a message is parsed: one flooding node delays no other; pure.

Nodes repeat what is dropped here, as after a loss at the broker: vitals, wants and clock requests at their
next interval, receipts until they are committed, states at the next connection.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from devices import topics
from devices.budgets import BUDGETS, COMMITTED, Budget
from devices.ids import NodeId

MOST_BUCKETS = 120_000
"""For all nodes together; the least recently used goes first: 20,000 nodes with all six kinds."""
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


@dataclass(slots=True)
class _Bucket:
    budget: Budget
    tokens: float
    at: float

    def refill(self, now: float) -> None:
        earned = max(0.0, now - self.at) * self.budget.a_second
        self.tokens, self.at = min(self.budget.burst, self.tokens + earned), now


@dataclass
class Budgets:
    """How many messages each node may still send. Thread-safe."""

    clock: Callable[[], float]  # steady seconds
    _buckets: "OrderedDict[tuple[NodeId, str], _Bucket]" = field(default_factory=OrderedDict)
    _dropped: dict[NodeId, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admits(self, topic: topics.Topic, size: int) -> bool:
        """Return whether to read a message and charge it to its node; the station's own are not charged."""
        kind = _KINDS.get(type(topic))
        node: NodeId | None = getattr(topic, "node", None)
        if kind is None or node is None:
            return True
        with self._lock:
            bucket = self._bucket(node, kind, BUDGETS[kind])
            is_due = kind == "receipt" and self._bucket(node, _COMMITTED, COMMITTED).tokens < 0
            if size > bucket.budget.most_bytes or bucket.tokens < 1 or is_due:
                if node in self._dropped or len(self._dropped) < MOST_TOLD:
                    self._dropped[node] = self._dropped.get(node, 0) + 1
                return False
            bucket.tokens -= 1
            return True

    def committed(self, node: NodeId, receipts: int) -> None:
        """Charge receipts that were committed; below zero, the node's receipts are dropped for a while."""
        with self._lock:
            self._bucket(node, _COMMITTED, COMMITTED).tokens -= receipts

    def dropped(self) -> dict[NodeId, int]:
        """Return and reset the number of dropped messages, by node."""
        with self._lock:
            found, self._dropped = self._dropped, {}
            return found

    def __len__(self) -> int:
        return len(self._buckets)

    def _bucket(self, node: NodeId, kind: str, budget: Budget) -> _Bucket:
        now = self.clock()
        bucket = self._buckets.get((node, kind))
        if bucket is None:
            if len(self._buckets) >= MOST_BUCKETS:
                self._buckets.popitem(last=False)
            bucket = self._buckets[node, kind] = _Bucket(budget, budget.burst, now)
        self._buckets.move_to_end((node, kind))
        bucket.refill(now)
        return bucket
