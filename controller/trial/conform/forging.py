"""Ways to make a signed message that a good node refuses."""

import base64
import json
from collections.abc import Callable
from typing import Any

from controller.trial.conform.station import KitStation
from devices.ids import KeyId
from devices.jose import ALGORITHM, LONGEST_JWS, SigningKey, joined
from devices.node_key import NodeKey
from devices.signing import KINDS
from devices.wire_types import WireMessage

Forge = Callable[[KitStation, WireMessage], bytes]
"""Returns the bytes to publish in place of the message."""


def encoded(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return the bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def good_key(station: KitStation, message: WireMessage) -> SigningKey:
    """Return the key that should sign this kind of message."""
    signer = str(KINDS[type(message)].signers[0])
    return station.root if signer == "root" else station.key(signer)


def properly(station: KitStation, message: WireMessage) -> bytes:
    """Sign it as it should be."""
    return station.signed(message, good_key(station, message))


def by(signer: str) -> Forge:
    """Sign it with another of the kit's keys."""
    return lambda station, message: station.signed(message, station.key(signer))


def by_all(*signers: str) -> Forge:
    """Sign it with several of the kit's keys together; with one as a compact JWS."""

    def forge(station: KitStation, message: WireMessage) -> bytes:
        texts = [station.signed(message, station.key(signer)).decode() for signer in signers]
        return (texts[0] if len(texts) == 1 else joined(texts).model_dump_json()).encode()

    return forge


def tampered(station: KitStation, message: WireMessage) -> bytes:
    """Change the payload after signing it."""
    header, payload, signature = properly(station, message).decode().split(".")
    told = json.loads(decoded(payload))
    told["kit"] = "changed afterwards"
    return f"{header}.{encoded(json.dumps(told).encode())}.{signature}".encode()


def claiming(signer: str) -> Forge:
    """Sign with another key, and name the right one in the header."""
    return lambda station, message: claiming_key(good_key(station, message).kid, station.key(signer), message)


def claiming_key(kid: KeyId, key: SigningKey, message: WireMessage) -> bytes:
    """Sign with a key under another key's name."""
    typ = KINDS[type(message)].typ
    return _with_signature_of(key, _header(kid, typ), encoded(message.payload()))


def with_header(**changes: Any) -> Forge:
    """Sign it with the right key, with other members in the header; None takes one out."""

    def forge(station: KitStation, message: WireMessage) -> bytes:
        payload = properly(station, message).decode().split(".")[1]
        header = _header(good_key(station, message).kid, KINDS[type(message)].typ, **changes)
        return _with_signature_of(good_key(station, message), header, payload)

    return forge


def unsigned(station: KitStation, message: WireMessage) -> bytes:
    """Take the signature away."""
    return b".".join([*properly(station, message).split(b".")[:2], b""])


def plain(_station: KitStation, message: WireMessage) -> bytes:
    """Send the JSON itself."""
    return message.payload()


def too_long(station: KitStation, message: WireMessage) -> bytes:
    """Sign a payload that is longer than any may be, by a field that nobody knows."""
    return saying(padding="x" * LONGEST_JWS)(station, message)


def saying(**changes: Any) -> Forge:
    """Sign it with other fields in its JSON, also such as no model allows; None takes one out."""

    def forge(station: KitStation, message: WireMessage) -> bytes:
        told = json.loads(message.payload()) | changes
        told = {name: value for name, value in told.items() if value is not None}
        return (
            good_key(station, message)
            .sign_bytes(json.dumps(told).encode(), KINDS[type(message)].typ)
            .encode()
        )

    return forge


def _header(good_kid: KeyId, good_typ: str, /, **changes: Any) -> str:
    told = {"alg": ALGORITHM, "kid": good_kid, "typ": good_typ}
    header = {name: value for name, value in (told | changes).items() if value is not None}
    return encoded(json.dumps(header, separators=(",", ":")).encode())


def _with_signature_of(key: SigningKey, header: str, payload: str) -> bytes:
    raw = NodeKey.from_text(json.loads(key.to_json())["d"])  # signs any bytes, as headers of our own need
    signature = raw.sign(f"{header}.{payload}".encode())
    return f"{header}.{payload}.{encoded(signature)}".encode()
