"""A passkey in software: a fixed key, fixed signatures, and any mistake or deceit that a test asks for."""

import hashlib
import json
import struct
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Self

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from devices.ids import Role
from devices.jose import key_id
from devices.passkeys import WEBAUTHN, Assertion, base64url, challenge_of, signing_input, unbase64url
from devices.signing import KINDS
from devices.statements import Key
from devices.wire_types import WireMessage

PRESENT_AND_VERIFIED = 0x05
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256: a signature (r, s) is as good as (r, ORDER - s)."""


@dataclass(frozen=True)
class SoftwareAuthenticator:
    """A passkey at a name; change a field by `but` to make it deceive."""

    secret: int = 1764
    rp_id: str = "loa.example"
    origin: str = "https://loa.example"
    flags: int = PRESENT_AND_VERIFIED
    type: str = "webauthn.get"
    counter: int = 0
    extra_data: bytes = b""
    """Bytes behind authenticatorData, signed with it."""
    more: str = ""
    """A member more of clientDataJSON, signed with it; browsers may add some."""

    @cached_property
    def private(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(self.secret, ec.SECP256R1())

    @property
    def public(self) -> str:
        """The public half as a key set has it."""
        point = self.private.public_key().public_numbers()
        return base64url(point.x.to_bytes(32, "big") + point.y.to_bytes(32, "big"))

    def but(self, **changes: Any) -> Self:
        return replace(self, **changes)

    def kid(self, role: Role) -> str:
        return key_id(role, self.public)

    def key(self, role: Role, not_before: datetime, not_after: datetime, **whose: Any) -> Key:
        """The entry of a key set."""
        fields = {"kid": self.kid(role), "role": role, "public": self.public}
        times = {"not_before": not_before, "not_after": not_after}
        return Key(**fields, **times, alg=WEBAUTHN, rp_id=self.rp_id, **whose)

    def assertion(self, challenge: bytes) -> Assertion:
        """Sign a challenge; the same one gives the same signature."""
        name = hashlib.sha256(self.rp_id.encode()).digest()
        data = name + bytes([self.flags]) + struct.pack(">I", self.counter) + self.extra_data
        said = {"type": self.type, "challenge": base64url(challenge), "origin": self.origin}
        said |= {"crossOrigin": False} | ({"more": self.more} if self.more else {})
        client = json.dumps(said, separators=(",", ":")).encode()
        signed = data + hashlib.sha256(client).digest()
        signature = self.private.sign(signed, ec.ECDSA(SHA256(), deterministic_signing=True))
        return Assertion(data, client, signature)

    @property
    def credential(self) -> bytes:
        return hashlib.sha256(self.public.encode()).digest()[:16]

    def created(self, challenge: bytes) -> dict[str, Any]:
        """Answer `navigator.credentials.create` as a browser does, without an attestation."""
        point = self.private.public_key().public_numbers()
        halves = [half.to_bytes(32, "big") for half in (point.x, point.y)]
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: halves[0], -3: halves[1]})
        name = hashlib.sha256(self.rp_id.encode()).digest()
        data = name + bytes([self.flags | 0x40]) + struct.pack(">I", self.counter)
        data += bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + cose
        said = {"type": "webauthn.create", "challenge": base64url(challenge), "origin": self.origin}
        client = json.dumps(said | {"crossOrigin": False}).encode()
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {"clientDataJSON": base64url(client), "attestationObject": base64url(made)}
        name_of = base64url(self.credential)
        return {"id": name_of, "rawId": name_of, "type": "public-key", "response": response}

    def touched(self, challenge: str) -> str:
        """Answer `navigator.credentials.get` as the page's script hands it on: three parts with dots."""
        signed = self.assertion(unbase64url(challenge))
        return ".".join(map(base64url, (signed.authenticator_data, signed.client_data, signed.signature)))

    def sign(self, message: WireMessage, role: Role) -> str:
        """Return the message as a JWS, as a person's passkey and the station make it together."""
        signed = signing_input(message.payload(), KINDS[type(message)].typ, self.kid(role))
        return f"{signed}.{base64url(self.assertion(challenge_of(signed)).packed())}"


def other_half(assertion: Assertion) -> Assertion:
    """Return the second signature that anybody can make of a good one, without the key."""
    r, s = decode_dss_signature(assertion.signature)
    return replace(assertion, signature=encode_dss_signature(r, ORDER - s))


def life(now: datetime) -> tuple[datetime, datetime]:
    """Return the lifetime of a key, made a day ago."""
    return now - timedelta(days=1), now + timedelta(days=364)
