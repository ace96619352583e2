"""The signed receipts of an airing, each checked again by its node's key."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from controller.features.airings.sealed_receipts import unpack
from controller.model.airings import StoredReceipt
from controller.model.fleet import Hardware
from devices.ids import AiringId, NodeId
from devices.jose import NODE, key_id
from devices.messages import Receipt
from devices.not_trusted import NotTrusted
from devices.receipt_signing import read_receipt, receipt_id


@dataclass(frozen=True, slots=True)
class CheckedReceipt:
    """A stored receipt; `receipt` is what its node signed, None where that does not support the row."""

    row: StoredReceipt
    text: str
    receipt: Receipt | None


_KEYS = select(Hardware.node, Hardware.public).where(Hardware.node.in_(bindparam("nodes", expanding=True)))
_SIGNED = (
    select(StoredReceipt)
    .where(StoredReceipt.airing == bindparam("airing"), StoredReceipt.sealed.is_not(None))
    .order_by(StoredReceipt.node, StoredReceipt.kid, StoredReceipt.seq)
)
_COLUMNS = (
    "node",
    "seq",
    "airing",
    "recording",
    "kind",
    "at",
    "offset_ms",
    "heard_ms",
    "clock_error_ms",
    "volume",
    "level_dbfs",
    "reason",
)


def keys_of(session: Session, nodes: Iterable[NodeId]) -> dict[tuple[NodeId, str], str]:
    """Return the public keys that nodes have or had, by node and name of the key."""
    rows = session.execute(_KEYS, {"nodes": set(nodes)})
    return {(node, key_id(NODE, public)): public for node, public in rows}


def checked_receipts(session: Session, airing: AiringId) -> Iterator[CheckedReceipt]:
    """Yield the signed receipts of an airing, by node and number."""
    rows = session.scalars(_SIGNED, {"airing": airing}).all()
    keys = keys_of(session, {row.node for row in rows})
    for row in rows:
        yield _checked(row, keys.get((row.node, row.kid or "")))


def _checked(row: StoredReceipt, public: str | None) -> CheckedReceipt:
    try:
        text = unpack(row.sealed or b"", row.kid or "")
        receipt = read_receipt(text, row.node, public) if public is not None else None
    except (ValueError, NotTrusted):
        return CheckedReceipt(row, "", None)
    is_row = receipt is not None and receipt_id(text) == row.id
    is_row = is_row and all(getattr(receipt, name) == getattr(row, name) for name in _COLUMNS)
    return CheckedReceipt(row, text, receipt if is_row else None)
