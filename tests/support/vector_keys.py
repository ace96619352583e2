"""Keys of the protocol's test vectors: made from known bytes, so that every run gives the same files."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from devices.ids import Role
from devices.instants import written_instant
from devices.jose import ROOT, SigningKey
from devices.statements import Key, KeySet

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)


def key_of(role: str, first: int, not_before: datetime = NOW - DAY) -> SigningKey:
    """Return the key whose private half is 32 bytes that count up from `first`."""
    raw = bytes((first + n) % 256 for n in range(32))
    public = Ed25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw()
    stored = {"kty": "OKP", "crv": "Ed25519", "x": base64url(public), "d": base64url(raw), "role": role}
    stored |= {
        "not_before": written_instant(not_before),
        "not_after": written_instant(not_before + YEAR),
    }
    return SigningKey.from_json(json.dumps(stored))


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def key_set(*keys: Key, **told: Any) -> KeySet:
    """Return a key set that counts at `NOW`; `told`: its area, and what it asks for."""
    return KeySet(version=1_764_000_000_000, issued_at=NOW - DAY, expires_at=NOW + YEAR, keys=keys, **told)


KEYS = {
    "root": key_of(ROOT, 200),
    "station": key_of(Role.STATION, 0),
    "approver": key_of(Role.APPROVER, 32),
    "administrator": key_of(Role.ADMINISTRATOR, 64),
    "stranger": key_of(Role.STATION, 96),
    "later": key_of(Role.STATION, 128, NOW + DAY),
    "former": key_of(Role.STATION, 160, NOW - YEAR - DAY),
    "ward": key_of(Role.APPROVER, 33),
    "deputy": key_of(Role.APPROVER, 34),
    "nobody": key_of(Role.APPROVER, 35),
    "retired": key_of(Role.APPROVER, 36),
    "stolen": key_of(Role.APPROVER, 37),
    "caller": key_of(Role.CALLER, 36),
    "twin": key_of(Role.CALLER, 37),
}
