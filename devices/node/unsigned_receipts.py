"""Receipts that firmware from before signed receipts left on the disk: signed once, as what they are."""

from collections.abc import Mapping

from pydantic import ValidationError

from devices.instants import Instant
from devices.messages import ReceiptKind
from devices.wire_types import AiringName, Millis, Name, ReasonText, RecordingDigest, WireMessage

SIGNED_LATER = "signed-later"
"""The reason of such a receipt that has none of its own: nobody measured how loud it was."""


class UnsignedReceipt(WireMessage):
    """A receipt as earlier firmware wrote it, and as it stands on the disk."""

    id: Name
    airing: AiringName
    recording: RecordingDigest
    kind: ReceiptKind
    at: Instant
    offset_ms: Millis = 0
    heard_ms: Millis = 0
    clock_error_ms: float | None = None
    reason: ReasonText | None = None


def unsigned_receipts(documents: Mapping[str, bytes], prefix: str) -> dict[str, UnsignedReceipt]:
    """Return those on the disk by the name of their document, in the order in which it happened."""
    found: dict[str, UnsignedReceipt] = {}
    for name, body in documents.items():
        if name.startswith(prefix) and body.startswith(b"{"):
            try:
                found[name] = UnsignedReceipt.model_validate_json(body)
            except ValidationError:
                continue  # an incomplete document
    return dict(sorted(found.items(), key=lambda one: (one[1].at, one[1].id)))
