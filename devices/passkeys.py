"""Signatures of passkeys (WebAuthn, ES256): a JWS's third part; docs/protocol.md, "Passkeys of persons".

An authenticator signs no text of ours. It signs a challenge, and we choose the challenge: the SHA-256 of what
a JWS signs. So an assertion for one statement is good for no other.
"""

import base64
import binascii
import hashlib
import json
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from devices.ids import KeyId

WEBAUTHN: Final = "WebAuthn-ES256"
LONGEST_ASSERTION: Final = 768
"""The three parts together, in bytes (1,024 characters); today some 250 to 500."""
SHORTEST_DATA: Final = 37
"""Of authenticatorData: hash of the name, flags, counter."""
USER_PRESENT: Final = 0x01
USER_VERIFIED: Final = 0x04
_BOTH: Final = USER_PRESENT | USER_VERIFIED
_COORDINATE: Final = 32
_ES256: Final = ec.ECDSA(SHA256())


class BadAssertion(ValueError):  # noqa: N818 - like BadSignature
    """The assertion is no good signature of this key over this statement."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an authenticator answers; `signature` is ECDSA in DER."""

    authenticator_data: bytes
    client_data: bytes
    signature: bytes

    def packed(self) -> bytes:
        """Return the signature part of a JWS, before base64url."""
        parts = (self.authenticator_data, self.client_data)
        return b"".join(struct.pack(">H", len(part)) + part for part in parts) + self.signature

    @classmethod
    def unpacked(cls, part: bytes) -> Self:
        """Read what `packed` wrote; raise BadAssertion."""
        if len(part) > LONGEST_ASSERTION:
            raise BadAssertion(f"an assertion of {len(part)} bytes")
        data, rest = _first(part)
        client, signature = _first(rest)
        return cls(data, client, signature)

    def check(self, challenge: bytes, public: str, rp_id: str) -> None:
        """Raise BadAssertion unless this key signed this challenge for this name, its person verified."""
        if len(self.authenticator_data) < SHORTEST_DATA:
            raise BadAssertion("authenticatorData is too short")
        if self.authenticator_data[:32] != hashlib.sha256(rp_id.encode()).digest():
            raise BadAssertion("signed for another name")
        if self.authenticator_data[32] & _BOTH != _BOTH:
            raise BadAssertion("the person was not there, or not verified")
        said = _client_data(self.client_data)
        if said.get("type") != "webauthn.get" or said.get("challenge") != base64url(challenge):
            raise BadAssertion("clientDataJSON is of another act, or for another statement")
        signed = self.authenticator_data + hashlib.sha256(self.client_data).digest()
        try:
            _point(public).verify(self.signature, signed, _ES256)
        except InvalidSignature:
            raise BadAssertion("the signature does not fit the key") from None


def signing_input(payload: bytes, typ: str, kid: KeyId) -> str:
    """Return what a passkey's JWS signs: `protected.payload`."""
    header = json.dumps({"alg": WEBAUTHN, "kid": kid, "typ": typ}, separators=(",", ":"))
    return f"{base64url(header.encode())}.{base64url(payload)}"


def challenge_of(signed: str | bytes) -> bytes:
    """Return the challenge that an authenticator is to sign for a signing input."""
    return hashlib.sha256(signed if isinstance(signed, bytes) else signed.encode()).digest()


def base64url(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unbase64url(text: str) -> bytes:
    """Read base64url without padding; raise ValueError for anything else."""
    raw = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), b"-_", validate=True)
    if base64url(raw) != text:
        raise ValueError("not base64url")
    return raw


def _first(part: bytes) -> tuple[bytes, bytes]:
    """Cut off a part that its length goes before; raise BadAssertion if there is less."""
    length = int.from_bytes(part[:2], "big")
    if len(part) < 2 + length:
        raise BadAssertion("the assertion is cut off")
    return part[2 : 2 + length], part[2 + length :]


def _client_data(raw: bytes) -> dict[str, object]:
    try:
        said = json.loads(raw.decode())
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise BadAssertion("clientDataJSON is no JSON object")
    return said


@lru_cache(maxsize=1024)
def _point(public: str) -> ec.EllipticCurvePublicKey:
    """Return the key of the 64 bytes x and y; raise BadAssertion where they are no point of the curve."""
    try:
        raw = base64.urlsafe_b64decode(public + "==")
        x, y = (int.from_bytes(half, "big") for half in (raw[:_COORDINATE], raw[_COORDINATE:]))
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except (ValueError, binascii.Error) as error:
        raise BadAssertion("the key is no point of P-256") from error
