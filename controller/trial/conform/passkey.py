"""A passkey of the kit's own: an authenticator in software, which also answers as a good one never does."""

import hashlib
import json
import struct
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from devices.ids import AreaCode, KeyId, Role
from devices.jose import key_id
from devices.passkeys import WEBAUTHN, Assertion, base64url, challenge_of, signing_input
from devices.statements import Key

RP_ID = "kit.example"
PRESENT, VERIFIED = 0x01, 0x04


@dataclass(frozen=True, slots=True)
class PasskeyAnswer:
    """How the authenticator answers; the defaults are good."""

    rp_id: str = RP_ID
    flags: int = PRESENT | VERIFIED
    act: str = "webauthn.get"
    statement: str | None = None
    """What is signed in place of the statement; None: the statement."""


@dataclass(frozen=True, slots=True)
class KitPasskey:
    """A key pair of ECDSA over P-256."""

    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def public(self) -> str:
        """Return the public half as a key set has it."""
        numbers = self.private.public_key().public_numbers()
        return base64url(numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big"))

    @property
    def kid(self) -> KeyId:
        """Return its name."""
        return key_id(Role.APPROVER, self.public)

    def listed(self, now: datetime, holder: str, area: AreaCode) -> Key:
        """Return its entry in a key set, as an approver's."""
        return Key(
            kid=self.kid,
            role=Role.APPROVER,
            public=self.public,
            not_before=now - timedelta(days=1),
            not_after=now + timedelta(days=365),
            holder=holder,
            area=area,
            alg=WEBAUTHN,
            rp_id=RP_ID,
        )

    def signed(self, payload: bytes, typ: str, answer: PasskeyAnswer) -> str:
        """Return a statement as a JWS with this answer."""
        signed = signing_input(payload, typ, self.kid)
        return f"{signed}.{self.signed_part(signed, answer)}"

    def signed_part(self, signed: str, answer: PasskeyAnswer | None = None) -> str:
        """Return the third part of a JWS over its first two."""
        answer = answer or PasskeyAnswer()
        challenge = challenge_of(answer.statement or signed)
        told = {"type": answer.act, "challenge": base64url(challenge), "origin": f"https://{RP_ID}"}
        client = json.dumps(told, separators=(",", ":")).encode()
        data = hashlib.sha256(answer.rp_id.encode()).digest() + struct.pack(">BI", answer.flags, 1)
        signature = self.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return base64url(Assertion(data, client, signature).packed())
