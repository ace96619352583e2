"""Hash chain of the journal: what is hashed, what is signed, and how to verify it; pure.

An entry's `hash` is SHA-256 over its canonical JSON (sorted keys, no spaces, UTF-8) without `hash` and
`signature`; `signature` is Ed25519 over the 64 characters of `hash`. `previous` is the hash of the entry
before, so nothing can be changed, inserted or removed in the middle. That the end was not cut off is shown
by the seal of an exported file (controller/features/journal/export.py).
"""

import base64
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from devices.ed25519 import is_signed
from devices.ids import Role
from devices.jose import key_id
from devices.merkle import MerkleTree, leaf_of

BEGINNING = "0" * 64
"""What the first entry names as the hash before it."""

FIELDS = frozenset({"seq", "at", "by", "act", "subject", "detail", "previous", "kid", "hash", "signature"})


@dataclass(frozen=True, slots=True)
class Checked:
    """Facts about a valid journal."""

    entries: int
    last_hash: str


class JournalBroken(Exception):  # noqa: N818 - named by what it means
    """The journal was changed or damaged; `line` counts from 1."""

    code = "journal.broken"

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"line {line}: {sentence}")
        self.line = line
        self.sentence = sentence


def written(at: datetime) -> str:
    """Return the instant in the form that is hashed: UTC, microseconds, Z."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def canonical(value: Any) -> str:
    """Return the canonical JSON text of a value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def hash_of(entry: Mapping[str, Any]) -> str:
    """Return the hash of an entry's fields without `hash` and `signature`."""
    hashed = {name: value for name, value in entry.items() if name not in {"hash", "signature"}}
    return hashlib.sha256(canonical(hashed).encode()).hexdigest()


class Signer(Protocol):
    """Signs entries with an Ed25519 key that has an id."""

    @property
    def kid(self) -> str:
        """Name of the key."""

    def sign(self, content: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of the content."""


@dataclass(slots=True)
class Chain:
    """State of verifying a journal: the part read so far is valid; with the public keys that may sign it."""

    keys: Mapping[Any, str]
    witnessed: Mapping[int, str] = field(default_factory=dict)
    """Roots that others have seen, by the number of entries they stand for."""
    seq: int = 0
    last: str = BEGINNING
    tree: MerkleTree = field(default_factory=MerkleTree)

    def take(self, number: int, entry: Any) -> dict[str, Any]:
        """Check that this is the next entry, unchanged and signed, and return it; raise JournalBroken."""
        if not isinstance(entry, dict) or set(entry) != FIELDS:
            raise JournalBroken(number, "Dòng này không phải là mục nhật ký.")
        if entry["seq"] != self.seq + 1 or entry["previous"] != self.last:
            raise JournalBroken(number, "Thiếu hoặc thừa mục nhật ký ở trước dòng này.")
        if hash_of(entry) != entry["hash"]:
            raise JournalBroken(number, "Nội dung mục nhật ký này đã bị sửa.")
        check_signature(number, entry, self.keys)
        self.seq, self.last = entry["seq"], entry["hash"]
        self.tree.append(leaf_of(self.last))
        if self.seq in self.witnessed and self.witnessed[self.seq] != self.tree.root():
            raise JournalBroken(number, "Đến mục này, nhật ký không còn như khi điểm kiểm soát được ghi.")
        return entry

    def check_reach(self, number: int) -> None:
        """Check that the journal reaches as far as the longest one that others have seen."""
        longest = max(self.witnessed, default=0)
        if longest > self.seq:
            raise JournalBroken(
                number, f"Nhật ký bị cắt bớt: chỉ còn {self.seq} mục, điểm kiểm soát đã ghi {longest} mục."
            )


def keys_of(public: str | Collection[str]) -> dict[Any, str]:
    """Return the station's public keys (base64url) by their ids."""
    return {key_id(Role.STATION, x): x for x in ([public] if isinstance(public, str) else public)}


def verify(lines: Iterable[str], public: str | Collection[str]) -> Checked:
    """Check the journal's lines with the station's public key(s) (base64url) alone; raise JournalBroken."""
    chain = Chain(keys_of(public))
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise JournalBroken(number, "Dòng này không phải là mục nhật ký.") from error
        chain.take(number, entry)
    return Checked(chain.seq, chain.last)


def check_signature(number: int, entry: Mapping[str, Any], keys: Mapping[Any, str]) -> None:
    """Check the station's signature over an entry's hash, or raise JournalBroken."""
    x = keys.get(entry["kid"])
    if x is None:
        raise JournalBroken(number, f"Mục nhật ký được ký bằng khóa lạ: {entry['kid']}.")
    try:
        signed_by = _unbase64(entry["signature"])
    except ValueError:
        signed_by = b""
    if not is_signed(x, signed_by, str(entry["hash"]).encode()):
        raise JournalBroken(number, "Chữ ký của mục nhật ký này không đúng.")


def base64url(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
