"""The receipts that were committed last: a repeat of one is answered without checking and writing it again.

A node repeats all that is not answered, each time with what is new. A station that is slower than its nodes
would otherwise spend most of its time on what it has already.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from controller.runtime.receipt_ingestion import Committed
from devices.ids import NodeId
from devices.messages import Receipts
from devices.receipt_signing import receipt_id

MOST_REMEMBERED = 20_000
"""Four of each of 5,000 nodes, some 4 MB."""


@dataclass
class CommittedReceipts:
    """Ids of receipts with their nodes, the oldest first; one thread notes them, two look them up."""

    most: int = MOST_REMEMBERED
    _known: "OrderedDict[tuple[NodeId, str], None]" = field(default_factory=OrderedDict)

    def apart(self, told: Receipts) -> tuple[Committed | None, Receipts | None]:
        """Return the answer to those that are committed, and the message with the others."""
        named = {receipt_id(text): text for text in told.receipts}
        known = tuple(name for name in named if (told.node, name) in self._known)
        if not known:
            return None, told
        left = tuple(text for name, text in named.items() if name not in known)
        return Committed(told.node, known), told.model_copy(update={"receipts": left}) if left else None

    def note(self, committed: Iterable[Committed]) -> None:
        """Remember what was committed now."""
        for one in committed:
            self._known.update(((one.node, name), None) for name in one.ids)
        while len(self._known) > self.most:
            self._known.popitem(last=False)
