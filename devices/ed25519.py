"""Ed25519 (RFC 8032) by libsodium.

A check takes half the processor time that it takes in OpenSSL (`cryptography`, joserfc), and the station
checks one for each receipt, a node one for each time reply. libsodium refuses all that OpenSSL refuses, and
also keys and signatures of small order, which no honest key makes. Decision 092.
"""

import base64
from functools import lru_cache
from typing import Final

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair, randombytes
from nacl.exceptions import BadSignatureError

SIGNATURE_BYTES: Final = 64
KEY_BYTES: Final = 32


def fresh_seed() -> bytes:
    """Return a new seed from the operating system's random numbers."""
    return randombytes(KEY_BYTES)


def key_pair(seed: bytes) -> tuple[bytes, bytes]:
    """Return the public half and the secret (the seed and the public half) of a seed of 32 bytes."""
    if len(seed) != KEY_BYTES:
        raise ValueError("an Ed25519 private key has 32 bytes")
    return crypto_sign_seed_keypair(seed)


def signature(signed: bytes, secret: bytes) -> bytes:
    """Return the 64 bytes of a signature; `secret` as `key_pair` returned it."""
    return crypto_sign(signed, secret)[:SIGNATURE_BYTES]


def is_signed(public: str, signed_by: bytes, signed: bytes) -> bool:
    """Whether a key, given by its public half in base64url, made this signature over these bytes."""
    if len(signed_by) != SIGNATURE_BYTES:
        return False
    try:
        crypto_sign_open(signed_by + signed, _public_half(public))
    except (BadSignatureError, ValueError):
        return False
    return True


@lru_cache(maxsize=16_384)
def _public_half(public: str) -> bytes:
    raw = base64.urlsafe_b64decode(public + "=" * (-len(public) % 4))
    if len(raw) != KEY_BYTES:
        raise ValueError("an Ed25519 public key has 32 bytes")
    return raw
