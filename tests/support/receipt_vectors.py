"""Vectors of receipts: how a node signs them, what a station refuses, which answers a node obeys."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from devices.ids import AiringId, NodeId, RecordingId
from devices.instants import written_instant
from devices.jose import SigningKey
from devices.messages import JournalCheckpoint, Receipt, ReceiptKind, ReceiptsCommitted, RefusedReceipt
from devices.node_key import NodeKey
from devices.not_trusted import NotTrusted
from devices.receipt_signing import NOTHING_BEFORE, encoded, read_receipt, receipt_id, sign_receipt
from devices.signing import TrustedKeys, sign, verify
from devices.statements import KeySet
from tests.support.vector_keys import DAY, KEYS, NOW, base64url

NODE, OTHER = NodeId("n1"), NodeId("n2")
_SEED, _OTHER_SEED = (bytes((first + n) % 256 for n in range(32)) for first in (7, 77))
_KEY, _OTHER_KEY = (NodeKey.from_text(base64url(seed)) for seed in (_SEED, _OTHER_SEED))
_RECORDING = RecordingId("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")

_AT = NOW + DAY / 2
"""When the answers come."""


def _receipt(seq: int, previous: str, **changes: Any) -> Receipt:
    fields: dict[str, Any] = {
        "node": NODE,
        "seq": seq,
        "previous": previous,
        "airing": AiringId("a1"),
        "recording": _RECORDING,
        "kind": ReceiptKind.FETCHED,
        "at": NOW,
    }
    return Receipt(**(fields | changes))


def _chain() -> list[tuple[Receipt, str]]:
    """Return three receipts of the node's key, each naming the one before."""
    sounded = {"volume": 70, "trust": "together", "clock_error_ms": 0.8}
    steps: tuple[dict[str, Any], ...] = (
        {},
        {"kind": ReceiptKind.STARTED, "at": NOW + timedelta(minutes=1)} | sounded,
        {"kind": ReceiptKind.FINISHED, "at": NOW + timedelta(minutes=2), "heard_ms": 60_000}
        | {"offset_ms": 60_000, "journal": JournalCheckpoint(size=812, root="0" * 64)}
        | sounded,
    )
    found: list[tuple[Receipt, str]] = []
    for seq, changes in enumerate(steps, start=1):
        previous = receipt_id(found[-1][1]) if found else NOTHING_BEFORE
        receipt = _receipt(seq, previous, **changes)
        found.append((receipt, sign_receipt(receipt, _KEY)))
    return found


def _with_header(text: str, **members: Any) -> str:
    """Return a receipt with another header, signed again by the node's key."""
    header = {"alg": "Ed25519", "kid": _KEY.kid, "typ": "loa-receipt"} | members
    signed = f"{encoded(json.dumps({k: v for k, v in header.items() if v is not None}).encode())}"
    signed = f"{signed}.{text.split('.')[1]}"
    return f"{signed}.{encoded(_KEY.sign(signed.encode()))}"


def _with_payload(payload: bytes) -> str:
    signed = f"{sign_receipt(_receipt(1, NOTHING_BEFORE), _KEY).split('.')[0]}.{encoded(payload)}"
    return f"{signed}.{encoded(_KEY.sign(signed.encode()))}"


def _judged() -> Iterator[tuple[str, str]]:
    """Yield cases: name, and the text that a station gets from n1."""
    receipt, good = _chain()[0]
    head, body, signature = good.split(".")
    raw = json.loads(receipt.payload())
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spare = good[:-1] + letters[letters.index(good[-1]) + 1]
    yield "a good receipt", good
    yield "header in another order, with spaces", _with_header(good)
    yield "a kind that nobody knows", _with_payload(json.dumps(raw | {"kind": "warmed-up"}).encode())
    yield "a field that nobody knows", _with_payload(json.dumps(raw | {"new": [1]}).encode())
    yield "no time", _with_payload(json.dumps(raw | {"at": None}).encode())
    yield "unsigned, as JSON", json.dumps(raw)
    yield "two parts", f"{head}.{body}"
    yield "by another node's key", sign_receipt(receipt, _OTHER_KEY)
    yield "of another node", sign_receipt(_receipt(1, NOTHING_BEFORE, node=OTHER), _KEY)
    yield "signed as a plan", _with_header(good, typ="loa-plan")
    yield "no algorithm", _with_header(good, alg="none")
    yield "a fourth member in the header", _with_header(good, crit=[])
    yield (
        "the payload of another receipt",
        f"{head}.{sign_receipt(_receipt(2, NOTHING_BEFORE), _KEY).split('.')[1]}.{signature}",
    )
    yield "base64url that is not canonical", spare
    yield "padded", f"{good}=="
    yield "no number", _with_payload(json.dumps({k: v for k, v in raw.items() if k != "seq"}).encode())
    yield "number 0", _with_payload(json.dumps(raw | {"seq": 0}).encode())
    yield "a number in quotes", _with_payload(json.dumps(raw | {"seq": "1"}).encode())
    yield "longer than a receipt may be", _with_payload(json.dumps(raw | {"new": "x" * 2048}).encode())


def _answer(text: str) -> str:
    try:
        read_receipt(text, NODE, _KEY.public)
    except NotTrusted as reason:
        return reason.code
    return "ok"


def _answers(ids: list[str]) -> Iterator[tuple[str, str]]:
    """Yield cases: name, and what comes at n1's `receipt-committed`."""
    station = KEYS["station"]
    refused = RefusedReceipt(id=ids[1], code="bad-signature")

    def told(key: SigningKey = station, node: NodeId = NODE, **said: Any) -> str:
        return sign(ReceiptsCommitted(node=node, **({"ids": (ids[0],)} | said)), key)

    yield "one is committed", told()
    yield "one is committed, one refused", told(refused=(refused,))
    yield "ids that the node never had", told(ids=("f" * 64, ids[2]))
    yield "unsigned", json.dumps({"node": NODE, "ids": ids})
    yield "for another node", told(node=OTHER)
    yield "by a key that is in no key set", told(KEYS["stranger"])
    yield (
        "by an administrator",
        KEYS["administrator"].sign_bytes(
            ReceiptsCommitted(node=NODE, ids=(ids[0],)).payload(), "loa-committed"
        ),
    )
    yield (
        "signed as a clock reply",
        station.sign_bytes(ReceiptsCommitted(node=NODE, ids=(ids[0],)).payload(), "loa-time"),
    )
    yield "by a key that is over", told(KEYS["former"])
    head, _, signature = told().split(".")
    yield "with the ids of another answer", f"{head}.{told(ids=tuple(ids)).split('.')[1]}.{signature}"


def _deleted(text: str, held: list[str], trusted: TrustedKeys) -> list[str]:
    try:
        told = verify(text, ReceiptsCommitted, trusted, _AT)
    except NotTrusted:
        return []
    gone = {*told.ids, *(one.id for one in told.refused)} if told.node == NODE else set[str]()
    return [name for name in held if name in gone]


def receipts(key_set: KeySet) -> dict[str, Any]:
    """Return a chain as it is signed, texts with their judgement, and answers with what a node deletes."""
    chain = _chain()
    ids = [receipt_id(text) for _, text in chain]
    trusted = TrustedKeys.of(key_set)
    return {
        "node": NODE,
        "private": _SEED.hex(),
        "public": _KEY.public,
        "kid": _KEY.kid,
        "chain": [
            {"payload": receipt.payload().decode(), "text": text, "id": name}
            for (receipt, text), name in zip(chain, ids, strict=True)
        ],
        "root_public": KEYS["root"].public_x,
        "key_set": sign(key_set, KEYS["root"]),
        "at": written_instant(_AT),
        "held": ids,
        "answers": [
            {"name": name, "text": text, "deleted": _deleted(text, ids, trusted)}
            for name, text in _answers(ids)
        ],
        "cases": [
            {"name": name, "text": text, "id": receipt_id(text), "answer": _answer(text)}
            for name, text in _judged()
        ],
    }
