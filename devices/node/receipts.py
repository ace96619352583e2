"""The outbox of receipts: stored on disk, then sent, and repeated until the station has committed them."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from devices import topics
from devices.ids import AiringId, NodeId, RecordingId
from devices.messages import (
    MOST_RECEIPTS,
    JournalCheckpoint,
    Receipt,
    ReceiptKind,
    Receipts,
    ReceiptsCommitted,
)
from devices.node.effects import DropDocument, Effect, Publish, SaveDocument
from devices.node.unsigned_receipts import SIGNED_LATER, unsigned_receipts
from devices.node_key import NodeKey
from devices.not_trusted import NotTrusted
from devices.receipt_signing import NOTHING_BEFORE, read_receipt, receipt_id, sign_receipt

RECEIPT = "receipt/"
"""Prefix of the names of documents that hold one signed receipt each."""
CHAIN = "chain"
"""Name of the document that says how far the key has counted: its kid, the number and id of the newest."""
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
    volume: int | None = None
    level_dbfs: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """A receipt that was signed: its text, which goes out as it is, and what to know of it here."""

    text: str
    seq: int
    kind: str


class Outbox:
    """Receipts that the station has not committed yet, signed, numbered and chained as they are made."""

    def __init__(self, node: NodeId, key: NodeKey, rng: random.Random) -> None:
        self._node = node
        self._key = key
        self._rng = rng
        self._kept: dict[str, _Held] = {}
        self._fresh: list[str] = []
        self._seq = 0
        self._newest = NOTHING_BEFORE
        self._session = 0
        self.refusals: Counter[str] = Counter()
        """How many the station refused since boot, by reason: for the node's log."""
        self.witnessed: JournalCheckpoint | None = None
        """The newest checkpoint of the station's journal that plans brought; the next receipt tells it."""
        self._told_size = 0
        self._connected = False
        self._fresh_at: datetime | None = None
        self._repeat_at: datetime | None = None
        self._wait = FIRST_REPEAT

    def __len__(self) -> int:
        return len(self._kept)

    def restore(self, documents: Mapping[str, bytes]) -> list[Effect]:
        """Load what was on disk, oldest first; return what must be saved before the next receipt.

        The newest receipt may have been saved and the count not: a power cut came between the two.
        """
        held: dict[str, _Held] = {}
        for name, body in documents.items():
            if name.startswith(RECEIPT):
                try:
                    text = body.decode("ascii")
                    receipt = read_receipt(text, self._node, self._key.public)
                except (NotTrusted, UnicodeDecodeError):
                    continue  # an incomplete document: this fact is lost, the others are not
                held[receipt_id(text)] = _Held(text, receipt.seq, str(receipt.kind))
        self._kept = dict(sorted(held.items(), key=lambda one: one[1].seq))
        match documents.get(CHAIN, b"").decode("ascii", "replace").split():
            case [self._key.kid, seq, newest] if seq.isdigit():
                self._seq, self._newest = int(seq), newest
        last = next(reversed(self._kept), None)
        effects: list[Effect] = []
        if last is not None and self._kept[last].seq > self._seq:
            self._seq, self._newest = self._kept[last].seq, last
            effects = [self._chain()]
        return [*effects, *self._sign_what_was_unsigned(documents)]

    def _sign_what_was_unsigned(self, documents: Mapping[str, bytes]) -> list[Effect]:
        """Sign what firmware from before signed receipts left here: the fact is kept, its volume unknown."""
        effects: list[Effect] = []
        for name, old in unsigned_receipts(documents, RECEIPT).items():
            told = old.model_dump(exclude={"id"})
            told["reason"] = old.reason or SIGNED_LATER
            effects += [*self._sign(Fact(**told)), DropDocument(name)]
        return effects

    def open_session(self, session: int) -> None:
        """Set the session in which receipts are sent."""
        self._session = session

    def add(self, fact: Fact, now: datetime) -> list[Effect]:
        """Sign and store a new fact, and send it soon."""
        effects = self._sign(fact)
        self._fresh.append(self._newest)
        if self._connected and self._fresh_at is None:
            self._fresh_at = now + self._rng.random() * SEND_SPREAD
        return effects

    def _sign(self, fact: Fact) -> list[Effect]:
        """Sign a fact with the next number, and return what must be saved."""
        receipt = Receipt(
            node=self._node,
            seq=self._seq + 1,
            previous=self._newest,
            airing=fact.airing,
            recording=fact.recording,
            kind=fact.kind,
            at=fact.at,
            offset_ms=fact.offset_ms,
            heard_ms=fact.heard_ms,
            clock_error_ms=fact.clock_error_ms,
            trust=fact.trust,
            volume=fact.volume,
            level_dbfs=fact.level_dbfs,
            reason=fact.reason,
            journal=self._untold(),
        )
        text = sign_receipt(receipt, self._key)
        name = receipt_id(text)
        self._seq, self._newest = receipt.seq, name
        effects: list[Effect] = list(self._make_room())
        self._kept[name] = _Held(text, receipt.seq, str(receipt.kind))
        return [*effects, SaveDocument(RECEIPT + name, text.encode("ascii")), self._chain()]

    def _untold(self) -> JournalCheckpoint | None:
        if self.witnessed is None or self.witnessed.size <= self._told_size:
            return None
        self._told_size = self.witnessed.size
        return self.witnessed

    def _chain(self) -> SaveDocument:
        return SaveDocument(CHAIN, f"{self._key.kid} {self._seq} {self._newest}".encode("ascii"))

    def connected(self, now: datetime) -> list[Effect]:
        """Send everything outstanding: it is unknown what arrived of the last session's messages."""
        self._connected = True
        self._wait = FIRST_REPEAT
        return self._send_all(now)

    def disconnected(self) -> None:
        """Send nothing until the next connection."""
        self._connected = False
        self._fresh_at = self._repeat_at = None

    def answered(self, told: ReceiptsCommitted) -> list[Effect]:
        """Delete what the station has committed or refused; foreign or repeated ids change nothing.

        A refusal names the text that was refused: one of a forged copy concerns nothing that is kept here.
        """
        refused = [one for one in told.refused if one.id in self._kept]
        self.refusals.update(f"receipt refused: {one.code}" for one in refused)
        ids = (*told.ids, *(one.id for one in refused))
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
        receipts = [self._kept[name].text for name in names if name in self._kept]
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
        lesser = (name for name, held in self._kept.items() if held.kind == ReceiptKind.FETCHED)
        name = next(lesser, next(iter(self._kept)))
        del self._kept[name]
        return [DropDocument(RECEIPT + name)]
