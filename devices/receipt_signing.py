"""Receipts as evidence: signed by the node's own key, numbered and chained; docs/protocol.md, "Receipts".

The station checks thousands within a second, so this goes past joserfc, which would add a fifth. A receipt
is named by the SHA-256 of its JWS text, so the text has one form only: base64url is checked to be canonical,
or the broker could make a second name for the same receipt.
"""

import binascii
import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from devices.ed25519 import is_signed
from devices.ids import KeyId, NodeId
from devices.jose import ALGORITHM, NODE, key_id
from devices.messages import Receipt
from devices.node_key import NodeKey
from devices.not_trusted import BadSignature, MalformedJws, UnknownKey, WrongKind
from devices.signing import KINDS
from devices.wire_types import Malformed, parse

NOTHING_BEFORE: Final = "0" * 64
"""What the first receipt of a key names as the one before it."""
LONGEST_RECEIPT: Final = 2048
"""Characters of one signed receipt; ours have some 700, and a hundred of these fit into a message."""
_TYP: Final = KINDS[Receipt].typ
_LONGEST_HEADER: Final = 512


def receipt_id(text: str) -> str:
    """Return the name of a receipt: the SHA-256 of its JWS text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def sign_receipt(receipt: Receipt, key: NodeKey) -> str:
    """Return a receipt as a compact JWS."""
    signed = f"{header_of(key.kid)}.{encoded(receipt.payload())}"
    return f"{signed}.{encoded(key.sign(signed.encode()))}"


@dataclass(frozen=True, slots=True)
class OpenedReceipt:
    """A receipt whose signature was checked, with the parts of its text."""

    receipt: Receipt
    header: str
    payload: bytes
    signature: bytes


def read_receipt(text: str, node: NodeId, public: str) -> Receipt:
    """Return a receipt that this key of this node signed; raise NotTrusted, whose code says why not."""
    return open_receipt(text, node, public, key_id(NODE, public)).receipt


def open_receipt(text: str, node: NodeId, public: str, kid: KeyId) -> OpenedReceipt:
    """Return the same with the parts of the text; `kid`: the name of the key, where many are read."""
    header, payload, signature = split_receipt(text)
    if header != header_of(kid):
        _check_header(header, kid)
    raw, signed_by = decoded(payload), decoded(signature)
    if not is_signed(public, signed_by, f"{header}.{payload}".encode()):
        raise BadSignature(f"{_TYP}: the signature is not of {node}'s key")
    try:
        receipt = parse(Receipt, raw)
    except Malformed as error:
        raise MalformedJws(str(error)) from error
    if receipt.node != node:
        raise MalformedJws(f"{node} signed a receipt of {receipt.node}")
    return OpenedReceipt(receipt, header, raw, signed_by)


def split_receipt(text: str) -> tuple[str, str, str]:
    """Return header, payload and signature of a JWS text as they stand in it, or raise MalformedJws."""
    parts = text.split(".")
    if len(text) > LONGEST_RECEIPT or not text.isascii() or len(parts) != 3:  # noqa: PLR2004
        raise MalformedJws("not a compact JWS")
    header, payload, signature = parts
    return header, payload, signature


def _check_header(header: str, kid: KeyId) -> None:
    """Accept what is written otherwise than we write it, if it says the same; raise NotTrusted."""
    try:
        told: Any = json.loads(decoded(header)) if len(header) <= _LONGEST_HEADER else None
    except ValueError as error:
        raise MalformedJws("the header is no JSON") from error
    if not isinstance(told, dict) or set(told) != {"alg", "kid", "typ"} or told["alg"] != ALGORITHM:
        raise MalformedJws(f"the header must be exactly alg {ALGORITHM}, kid and typ")
    if told["typ"] != _TYP:
        raise WrongKind(f"expected {_TYP}")
    if told["kid"] != kid:
        raise UnknownKey(f"{_TYP}: key {told['kid']!s:.64} is not the node's")


@lru_cache(maxsize=16_384)
def header_of(kid: KeyId) -> str:
    """Return the header of a receipt as we write it, base64url."""
    return encoded(json.dumps({"alg": ALGORITHM, "kid": kid, "typ": _TYP}, separators=(",", ":")).encode())


def encoded(raw: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


_TO_PLAIN: Final = bytes.maketrans(b"-_+/=", b"+/---")
"""From base64url to base64; what only the latter has becomes a sign that neither of them has there."""
_PADDING: Final = (b"", b"===", b"==", b"=")


def decoded(text: str) -> bytes:
    """Return the bytes of base64url in its only form, or raise MalformedJws."""
    try:
        plain = text.encode("ascii").translate(_TO_PLAIN) + _PADDING[len(text) % 4]
        raw = binascii.a2b_base64(plain)
    except (binascii.Error, ValueError) as error:
        raise MalformedJws("no base64url") from error
    if binascii.b2a_base64(raw, newline=False) != plain:
        raise MalformedJws("base64url in another form than the canonical one")
    return raw
