"""The chain of the journal: what is hashed, what is signed, and how anyone checks it; pure.

An entry's `hash` is SHA-256 over its canonical JSON (sorted keys, no spaces, UTF-8) without `hash` and
`signature`; `signature` is Ed25519 over the 64 characters of `hash`. `previous` is the hash of the entry
before, so nothing can be changed, put in or taken out of the middle. That the end was not cut off is seen
by comparing the last hash with one that was noted elsewhere.
"""

import base64
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from devices.messages import Role
from devices.signing import SigningKey, key_id

BEGINNING = "0" * 64
"""What the first entry names as the hash before it."""

FIELDS = frozenset({"seq", "at", "by", "act", "subject", "detail", "previous", "kid", "hash", "signature"})


class StationSeal:
    """The station's key as sealer of journal entries."""

    def __init__(self, key: SigningKey) -> None:
        self._kid = key.kid
        secret = json.loads(key.to_json())["d"]
        self._private = Ed25519PrivateKey.from_private_bytes(_unbase64(secret))

    @property
    def kid(self) -> str:
        """Name of the key."""
        return self._kid

    def sign(self, content: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of the content."""
        return self._private.sign(content)

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes that only this key can make, for sealing what lies in the database (HKDF)."""
        kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
        return kdf.derive(self._private.private_bytes_raw())


@dataclass(frozen=True, slots=True)
class Checked:
    """What a sound journal says of itself."""

    entries: int
    last_hash: str


class JournalBroken(Exception):  # noqa: N818 - named by what it means
    """The journal was tampered with or damaged; `line` counts from 1."""

    code = "journal.broken"

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"line {line}: {sentence}")
        self.line = line
        self.sentence = sentence


def written(at: datetime) -> str:
    """Return the instant as the chain hashes it: UTC, microseconds, Z."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def canonical(value: Any) -> str:
    """Return the one JSON text of a value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def hash_of(entry: Mapping[str, Any]) -> str:
    """Return the hash of an entry's fields; `hash` and `signature` themselves are left out."""
    hashed = {name: value for name, value in entry.items() if name not in {"hash", "signature"}}
    return hashlib.sha256(canonical(hashed).encode()).hexdigest()


def verify(lines: Iterable[str], public: str | Collection[str]) -> Checked:
    """Check an exported journal with the station's public key(s) (base64url) alone; raise JournalBroken."""
    keys = {key_id(Role.STATION, x): x for x in ([public] if isinstance(public, str) else public)}
    previous, seq = BEGINNING, 0
    for number, line in enumerate(lines, start=1):
        entry = _entry(number, line)
        if entry["seq"] != seq + 1 or entry["previous"] != previous:
            raise JournalBroken(number, "Thiếu hoặc thừa mục nhật ký ở trước dòng này.")
        if hash_of(entry) != entry["hash"]:
            raise JournalBroken(number, "Nội dung mục nhật ký này đã bị sửa.")
        _check_signature(number, entry, keys)
        previous, seq = entry["hash"], entry["seq"]
    return Checked(seq, previous)


def _entry(number: int, line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise JournalBroken(number, "Dòng này không phải là mục nhật ký.") from error
    if not isinstance(entry, dict) or set(entry) != FIELDS:
        raise JournalBroken(number, "Dòng này không phải là mục nhật ký.")
    return entry


def _check_signature(number: int, entry: Mapping[str, Any], keys: Mapping[Any, str]) -> None:
    x = keys.get(entry["kid"])
    if x is None:
        raise JournalBroken(number, f"Mục nhật ký được ký bằng khóa lạ: {entry['kid']}.")
    try:
        key = Ed25519PublicKey.from_public_bytes(_unbase64(x))
        key.verify(_unbase64(entry["signature"]), str(entry["hash"]).encode())
    except (InvalidSignature, ValueError) as error:
        raise JournalBroken(number, "Chữ ký của mục nhật ký này không đúng.") from error


def base64url(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
