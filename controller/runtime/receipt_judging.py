"""Judges receipts one by one, before the database is locked: signed by the node's own key, or refused.

The rules are in docs/protocol.md, "Receipts".
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.airings.sealed_receipts import pack
from controller.model.fleet import Hardware
from controller.store.name_lists import named_by
from devices.ids import KeyId, NodeId
from devices.jose import NODE, key_id
from devices.messages import Receipt, Receipts, RefusedReceipt
from devices.not_trusted import NotTrusted
from devices.receipt_signing import open_receipt, receipt_id


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receipt that the node's key signed: its id is the SHA-256 of the text, `sealed` that text, packed."""

    id: str
    receipt: Receipt
    sealed: bytes


@dataclass(frozen=True, slots=True)
class JudgedReceipts:
    """One message of a node, judged by the key that the node had then."""

    node: NodeId
    session: int
    public: str
    kid: KeyId
    good: tuple[SignedReceipt, ...]
    refused: tuple[RefusedReceipt, ...]


def node_keys(session: Session, nodes: Collection[NodeId]) -> dict[NodeId, str]:
    """Return the public key of each node's present hardware; nodes without one are left out."""
    rows = session.connection().execute(_KEYS, {"nodes": nodes})
    return {node: public for node, public in rows}  # noqa: C416 - typed


_KEYS = select(Hardware.node, Hardware.public).where(
    named_by(Hardware.node, "nodes"), Hardware.ended_at.is_(None)
)


def judge(batch: Iterable[Receipts], keys: Mapping[NodeId, str]) -> list[JudgedReceipts]:
    """Judge each receipt alone; leave out nodes without a key, as those that are not enrolled."""
    return [_judged(told, keys[told.node]) for told in batch if told.node in keys]


def _judged(told: Receipts, public: str) -> JudgedReceipts:
    kid = key_id(NODE, public)
    good: list[SignedReceipt] = []
    refused: list[RefusedReceipt] = []
    for text in told.receipts:
        name = receipt_id(text)
        try:
            opened = open_receipt(text, told.node, public, kid)
        except NotTrusted as error:
            refused.append(RefusedReceipt(id=name, code=error.code))
        else:
            good.append(SignedReceipt(name, opened.receipt, pack(text, opened, kid)))
    return JudgedReceipts(told.node, told.session, public, kid, tuple(good), tuple(refused))


def refusals(judged: Iterable[JudgedReceipts]) -> Counter[tuple[NodeId, str]]:
    """Count what was refused, by node and reason."""
    return Counter((one.node, refused.code) for one in judged for refused in one.refused)
