"""What the node under test has said, with the instants at which it came; and what was wrong with it."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from devices import topics
from devices.ids import AiringId, NodeId, RecordingId
from devices.jose import read_unchecked
from devices.link_api import Message
from devices.messages import NodeState, Receipt, Receipts, TimeRequest, Vitals, Want
from devices.not_trusted import NotTrusted
from devices.receipt_signing import NOTHING_BEFORE, read_receipt, receipt_id
from devices.wire_types import Malformed, WireMessage, parse

M = TypeVar("M", bound=WireMessage)
T = TypeVar("T")
Heard = tuple[datetime, T]
"""When it came, and what."""
MOST_FAULTS = 5
"""Faults of one kind that are kept for the table."""


@dataclass(slots=True)
class SeenReceipt:
    """A signed receipt; it comes again until the kit has committed it."""

    receipt: Receipt
    text: str
    id: str
    came_at: datetime
    copies: list[datetime] = field(default_factory=list)
    """When the same text came again."""


class NodeView:
    """Reads what the node publishes; `key` is the public half that signs its receipts, if it is known."""

    def __init__(self, node: NodeId, key: str) -> None:
        self.node = node
        self.key = key
        self.states: list[Heard[NodeState]] = []
        self.retained_state: NodeState | None = None
        """What the broker had kept when the kit last subscribed anew."""
        self.vitals: list[Heard[Vitals]] = []
        self.wants: list[Heard[Want]] = []
        self.time_requests: list[Heard[TimeRequest]] = []
        self.used_requests: set[int] = set()
        """Clock requests that a check has answered in its own way."""
        self.receipts: dict[str, SeenReceipt] = {}
        self.largest_batch = 0
        self.faults: dict[str, list[str]] = defaultdict(list)
        """By the check that they break."""
        self._seq: int | None = None
        self._newest = NOTHING_BEFORE

    @property
    def is_online(self) -> bool:
        """Return whether its last state is a birth."""
        return bool(self.states) and self.states[-1][1].online

    def of(self, airing: str, kind: str | None = None) -> list[SeenReceipt]:
        """Return the receipts about an airing, or a recording to keep, in the order in which they came."""
        return [
            seen
            for seen in self.receipts.values()
            if seen.receipt.airing == airing and (kind is None or seen.receipt.kind == kind)
        ]

    def has(self, airing: str, kind: str, times: int = 1) -> Callable[[], bool]:
        """Return a function that says whether a receipt of this kind came, so many times."""
        return lambda: len(self.of(AiringId(airing), kind)) >= times

    def wants_of(self, recording: RecordingId, since: datetime) -> list[Heard[Want]]:
        """Return its wants for a recording from an instant on."""
        return [(at, want) for at, want in self.wants if want.recording == recording and at >= since]

    def take(self, message: Message, at: datetime) -> Receipts | Want | TimeRequest | None:
        """Read one message; return it if a station answers it."""
        try:
            about = topics.parse(message.topic)
        except topics.UnknownTopic:
            return None
        match about:
            case topics.StateTopic(self.node):
                self._take_state(message, at)
            case topics.VitalsTopic(self.node):
                self._noted(self.vitals, Vitals, message, at, "VIT-02")
            case topics.WantTopic(self.node):
                return self._noted(self.wants, Want, message, at, "FET-04")
            case topics.TimeTopic(self.node):
                return self._noted(self.time_requests, TimeRequest, message, at, "CLK-02")
            case topics.ReceiptTopic(self.node):
                return self._take_receipts(message, at)
            case _:
                return None
        return None

    def _noted(
        self, notes: list[Heard[M]], model: type[M], message: Message, at: datetime, check: str
    ) -> M | None:
        told = self._parsed(model, message, check)
        if told is not None:
            notes.append((at, told))
        return told

    def fault(self, check: str, what: str) -> None:
        """Note something wrong in what it says."""
        if len(self.faults[check]) < MOST_FAULTS:
            self.faults[check].append(what)

    def _parsed(self, model: type[M], message: Message, check: str) -> M | None:
        try:
            told = parse(model, message.payload)
        except Malformed as error:
            self.fault(check, str(error))
            return None
        if getattr(told, "node", self.node) != self.node:
            self.fault(check, f"a {model.__name__} that names another node")
            return None
        return told

    def _take_state(self, message: Message, at: datetime) -> None:
        if not message.payload:
            return
        state = self._parsed(NodeState, message, "CON-02")
        if state is None:
            return
        if message.retain:
            self.retained_state = state
            if self.states and self.states[-1][1] == state:
                return  # the kit has heard it already; else the node came back before the kit did
        self.states.append((at, state))

    def _take_receipts(self, message: Message, at: datetime) -> Receipts | None:
        told = self._parsed(Receipts, message, "REC-01")
        if told is None:
            return None
        self.largest_batch = max(self.largest_batch, len(told.receipts))
        for text in told.receipts:
            name = receipt_id(text)
            if name in self.receipts:
                self.receipts[name].copies.append(at)
                continue
            receipt = self._read_receipt(text)
            if receipt is not None:
                self._follow_chain(receipt, name)
                self.receipts[name] = SeenReceipt(receipt, text, name, at)
        return told

    def _read_receipt(self, text: str) -> Receipt | None:
        """Return what a receipt says, also where its signature is not good: REC-02 says that once."""
        try:
            return read_receipt(text, self.node, self.key)
        except NotTrusted as reason:
            self.fault("REC-02", f"{reason.code}: {reason}")
        try:
            return read_unchecked(text.encode(), Receipt)
        except (NotTrusted, UnicodeEncodeError):
            return None

    def _follow_chain(self, receipt: Receipt, name: str) -> None:
        """Hold a new receipt to the one before; the first that the kit sees may have any number."""
        if self._seq is not None and receipt.seq != self._seq + 1:
            self.fault("REC-03", f"number {receipt.seq} follows {self._seq}")
        elif self._seq is not None and receipt.previous != self._newest:
            self.fault("REC-04", f"receipt {receipt.seq} does not name the one before")
        self._seq, self._newest = receipt.seq, name
