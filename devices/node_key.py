"""The key pair that a node makes for itself; the private half stays there: docs/protocol.md, "Enrolment"."""

import base64
import hmac
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from devices.enrolment import EnrolmentClaim, claim_bytes
from devices.ids import KeyId
from devices.jose import NODE, key_id

_SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class NodeKey:
    """A node's private key. Never logged, never on the wire."""

    public: str
    """The public half, 32 bytes in base64url."""
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def generate(cls) -> Self:
        """Make a fresh one."""
        return cls._of(Ed25519PrivateKey.generate())

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `to_text` wrote; ValueError for anything else."""
        return cls._of(Ed25519PrivateKey.from_private_bytes(_decoded(text.strip())))

    @classmethod
    def _of(cls, private: Ed25519PrivateKey) -> Self:
        return cls(_encoded(private.public_key().public_bytes_raw()), private)

    @classmethod
    def derived(cls, seed: bytes, node: str) -> Self:
        """Return the key of a simulated node: the same for the same seed (32 bytes) and node."""
        private = hmac.digest(seed, f"loa-simulated-node {node}".encode(), "sha256")
        return cls._of(Ed25519PrivateKey.from_private_bytes(private))

    @property
    def kid(self) -> KeyId:
        """Return the name that the headers of its receipts bear."""
        return key_id(NODE, self.public)

    def sign(self, signed: bytes) -> bytes:
        """Return the 64 bytes of its signature."""
        return self._private.sign(signed)

    def to_text(self) -> str:
        """Return the private half, base64url: for a file that only the node reads."""
        return _encoded(self._private.private_bytes_raw())

    def claim(self, code: str, software: str = "") -> EnrolmentClaim:
        """Return a claim of a code, proved by this key."""
        proof = _encoded(self._private.sign(claim_bytes(code, self.public)))
        return EnrolmentClaim(code=code, public=self.public, proof=proof, software=software)


def is_proved(claim: EnrolmentClaim) -> bool:
    """Whether whoever claims holds the key that the claim presents."""
    signature = _decoded(claim.proof)
    if len(signature) != _SIGNATURE_BYTES:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(_decoded(claim.public))
        key.verify(signature, claim_bytes(claim.code, claim.public))
    except (InvalidSignature, ValueError):
        return False
    return True


def is_signed(public: str, signature: bytes, signed: bytes) -> bool:
    """Whether a node's key, given by its public half, signed these bytes."""
    try:
        _public_key(public).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=16_384)
def _public_key(public: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(_decoded(public))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
