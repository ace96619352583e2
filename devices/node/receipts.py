"""The outbox of receipts: stored on disk, then sent, and repeated until the station has committed them."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from devices import topics
from devices.ids import AiringId, NodeId, RecordingId
from devices.messages import MOST_RECEIPTS, Malformed, Receipt, ReceiptKind, Receipts, parse
from devices.node.effects import DropDocument, Effect, Publish, SaveDocument
from devices.node.exchanges import EPOCH

RECEIPT = "receipt/"
"""Prefix of the names of documents that hold one receipt each."""
SEND_SPREAD = timedelta(seconds=1)
"""A thousand nodes begin at the same instant; their receipts are spread over this time."""
FIRST_REPEAT = timedelta(seconds=5)
"""The station commits much faster; a receipt without an answer for longer was probably lost."""
LAST_REPEAT = timedelta(seconds=60)
"""Longest pause: while the station is down, each node repeats once a minute."""
MOST_KEPT = 2000
"""Weeks without a station at a few airings a day; above it the oldest go first, lower stages before
others."""


@dataclass(frozen=True, slots=True)
class Fact:
    """The content of a receipt, without its origin."""

    airing: AiringId
    recording: RecordingId
    kind: ReceiptKind
    at: datetime | None
    offset_ms: int = 0
    heard_ms: int = 0
    clock_error_ms: float | None = None
    trust: str | None = None
    reason: str | None = None


def _order(receipt: Receipt) -> tuple[datetime, str]:
    """Return the key that puts the oldest first, and before them what has no time."""
    return receipt.at or EPOCH, receipt.id


class Outbox:
    """Receipts that the station has not committed yet."""

    def __init__(self, node: NodeId, rng: random.Random) -> None:
        self._node = node
        self._rng = rng
        self._kept: dict[str, Receipt] = {}
        self._fresh: list[str] = []
        self._count = 0
        self._session = 0
        self._connected = False
        self._fresh_at: datetime | None = None
        self._repeat_at: datetime | None = None
        self._wait = FIRST_REPEAT

    def __len__(self) -> int:
        return len(self._kept)

    def restore(self, documents: Mapping[str, bytes]) -> None:
        """Load what was on disk, oldest first."""
        held: list[Receipt] = []
        for name, body in documents.items():
            if name.startswith(RECEIPT):
                try:
                    held.append(parse(Receipt, body))
                except Malformed:
                    continue  # an incomplete document: this fact is lost, the others are not
        self._kept = {receipt.id: receipt for receipt in sorted(held, key=_order)}

    def open_session(self, session: int) -> None:
        """Set the session for the names of later receipts: ids stay unique over reboots."""
        self._session = session
        self._count = 0

    def add(self, fact: Fact, now: datetime) -> list[Effect]:
        """Store a new fact and send it soon."""
        self._count += 1
        name = f"{self._session}.{self._count}.{self._rng.getrandbits(48):012x}"
        receipt = Receipt(
            id=name,
            airing=fact.airing,
            recording=fact.recording,
            kind=fact.kind,
            at=fact.at,
            offset_ms=fact.offset_ms,
            heard_ms=fact.heard_ms,
            clock_error_ms=fact.clock_error_ms,
            trust=fact.trust,
            reason=fact.reason,
        )
        effects: list[Effect] = list(self._make_room())
        self._kept[name] = receipt
        self._fresh.append(name)
        if self._connected and self._fresh_at is None:
            self._fresh_at = now + self._rng.random() * SEND_SPREAD
        return [*effects, SaveDocument(RECEIPT + name, receipt.payload())]

    def connected(self, now: datetime) -> list[Effect]:
        """Send everything outstanding: it is unknown what arrived of the last session's messages."""
        self._connected = True
        self._wait = FIRST_REPEAT
        return self._send_all(now)

    def disconnected(self) -> None:
        """Send nothing until the next connection."""
        self._connected = False
        self._fresh_at = self._repeat_at = None

    def committed(self, ids: Iterable[str]) -> list[Effect]:
        """Delete what the station has committed; foreign or repeated ids change nothing."""
        effects: list[Effect] = [DropDocument(RECEIPT + name) for name in ids if self._kept.pop(name, None)]
        if effects:
            self._wait = FIRST_REPEAT
        if not self._kept:
            self._repeat_at = None
        return effects

    def tick(self, now: datetime) -> list[Effect]:
        """Send what is due."""
        if not self._connected:
            return []
        if self._repeat_at is not None and now >= self._repeat_at:
            self._wait = min(self._wait * 2, LAST_REPEAT)
            return self._send_all(now)
        if self._fresh_at is not None and now >= self._fresh_at:
            self._fresh_at = None
            fresh, self._fresh = self._fresh, []
            return self._send(fresh, now)
        return []

    def due_at(self) -> datetime | None:
        """Return when `tick` has something to send."""
        if self._fresh_at is None or self._repeat_at is None:
            return self._fresh_at or self._repeat_at
        return min(self._fresh_at, self._repeat_at)

    def station_spoke(self, now: datetime) -> None:
        """The station has reconnected to the broker: send within a second what it may have missed."""
        if self._connected and self._kept:
            self._wait = FIRST_REPEAT
            soon = now + self._rng.random() * SEND_SPREAD
            self._repeat_at = soon if self._repeat_at is None else min(soon, self._repeat_at)

    def clock_was_set(self, now: datetime) -> None:
        """Move instants of the old clock close to now again."""
        if self._connected and self._kept:
            self._repeat_at = now + self._wait

    def _send_all(self, now: datetime) -> list[Effect]:
        self._fresh_at = None
        self._fresh = []
        self._repeat_at = None
        return self._send(list(self._kept), now)

    def _send(self, names: list[str], now: datetime) -> list[Effect]:
        receipts = [self._kept[name] for name in names if name in self._kept]
        if receipts and self._repeat_at is None:
            self._repeat_at = now + self._wait * self._rng.uniform(0.8, 1.2)
        topic = topics.receipt(self._node)
        return [
            Publish(topic, Receipts(node=self._node, session=self._session, receipts=tuple(part)).payload())
            for part in (receipts[at : at + MOST_RECEIPTS] for at in range(0, len(receipts), MOST_RECEIPTS))
        ]

    def _make_room(self) -> list[DropDocument]:
        if len(self._kept) < MOST_KEPT:
            return []
        lesser = (name for name, receipt in self._kept.items() if receipt.kind is ReceiptKind.FETCHED)
        name = next(lesser, next(iter(self._kept)))
        del self._kept[name]
        return [DropDocument(RECEIPT + name)]
