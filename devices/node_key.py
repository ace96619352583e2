"""The key pair that a node makes for itself; the private half stays there: docs/protocol.md, "Enrolment"."""

import base64
import hmac
from dataclasses import dataclass, field
from typing import Self

from devices.ed25519 import KEY_BYTES, fresh_seed, is_signed, key_pair, signature
from devices.enrolment import EnrolmentClaim, claim_bytes
from devices.ids import KeyId
from devices.jose import NODE, key_id


@dataclass(frozen=True, slots=True)
class NodeKey:
    """A node's private key. Never logged, never on the wire."""

    public: str
    """The public half, 32 bytes in base64url."""
    _secret: bytes = field(repr=False, compare=False)
    """The private half and, behind it, the public one."""

    @classmethod
    def generate(cls) -> Self:
        """Make a fresh one."""
        return cls._of(fresh_seed())

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `to_text` wrote; ValueError for anything else."""
        return cls._of(_decoded(text.strip()))

    @classmethod
    def _of(cls, private: bytes) -> Self:
        public, secret = key_pair(private)
        return cls(_encoded(public), secret)

    @classmethod
    def derived(cls, seed: bytes, node: str) -> Self:
        """Return the key of a simulated node: the same for the same seed (32 bytes) and node."""
        return cls._of(hmac.digest(seed, f"loa-simulated-node {node}".encode(), "sha256"))

    @property
    def kid(self) -> KeyId:
        """Return the name that the headers of its receipts bear."""
        return key_id(NODE, self.public)

    def sign(self, signed: bytes) -> bytes:
        """Return the 64 bytes of its signature."""
        return signature(signed, self._secret)

    def to_text(self) -> str:
        """Return the private half, base64url: for a file that only the node reads."""
        return _encoded(self._secret[:KEY_BYTES])

    def claim(self, code: str, software: str = "") -> EnrolmentClaim:
        """Return a claim of a code, proved by this key."""
        proof = _encoded(self.sign(claim_bytes(code, self.public)))
        return EnrolmentClaim(code=code, public=self.public, proof=proof, software=software)


def is_proved(claim: EnrolmentClaim) -> bool:
    """Whether the claimant holds the key that the claim presents."""
    return is_signed(claim.public, _decoded(claim.proof), claim_bytes(claim.code, claim.public))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
