"""The exported file: the journal, the as-aired log whose entries the journal names, and a seal; pure.

The lines of the journal come first, then those of the as-aired log, then one line that says how far both
reach, signed by the station at the export. So the file and the station's public key are enough to show that
nothing was changed, left out, inserted, reordered or cut off. docs/commands.md, `loa journal verify`.

A *checkpoint* is a line of its own: how many entries the journal had at an instant, and the root over them.
Kept outside the station, it shows that a file exported later still begins with those entries.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from controller.features.journal.chain import (
    BEGINNING,
    Chain,
    JournalBroken,
    Signer,
    base64url,
    canonical,
    check_signature,
    hash_of,
    keys_of,
    written,
)
from devices.merkle import MerkleTree, leaf_of

AS_AIRED, SEAL, CHECKPOINT = "as-aired", "seal", "checkpoint"
"""What a line that is not of the journal itself says that it is of (`log`)."""
VOUCHES = "as_aired.noted"
"""The journal's act whose detail names an entry of the as-aired log (`last`) and its hash."""
_SEAL_FIELDS = frozenset({"log", "at", "journal", "as_aired", "kid", "hash", "signature"})
_CHECKPOINT_FIELDS = frozenset({"log", "at", "entries", "root", "kid", "hash", "signature"})


@dataclass(frozen=True, slots=True)
class Verified:
    """Facts about a valid file."""

    entries: int
    last_hash: str
    aired: int
    sealed_at: str


def sealed(journal: Iterable[str], aired: Iterable[str], signer: Signer, now: datetime) -> Iterator[str]:
    """Yield the lines of both logs, and a seal that states how far they reach."""
    tree, last_hash = MerkleTree(), BEGINNING
    for line in journal:
        last_hash = json.loads(line)["hash"]
        tree.append(leaf_of(last_hash))
        yield line
    count, last_aired = 0, BEGINNING
    for line in aired:
        count, last_aired = count + 1, json.loads(line)["hash"]
        yield line
    reach = {
        "journal": {"entries": tree.size, "hash": last_hash, "root": tree.root()},
        "as_aired": {"entries": count, "hash": last_aired},
    }
    yield _signed({"log": SEAL, "at": written(now), **reach}, signer)


def checkpoint_line(tree: MerkleTree, signer: Signer, now: datetime) -> str:
    """Return the line that states how far the journal reaches now, signed by the station."""
    return _signed({"log": CHECKPOINT, "at": written(now), "entries": tree.size, "root": tree.root()}, signer)


def _signed(fields: dict[str, Any], signer: Signer) -> str:
    fields = {**fields, "kid": signer.kid}
    digest = hash_of(fields)
    return canonical({**fields, "hash": digest, "signature": base64url(signer.sign(digest.encode()))})


def read_checkpoints(lines: Iterable[str], public: str | Collection[str]) -> dict[int, str]:
    """Return the root that each checkpoint states, by its number of entries; raise JournalBroken.

    Two checkpoints of one length and different roots: the station has shown two different journals.
    """
    keys, found = keys_of(public), dict[int, str]()
    for number, line in enumerate(lines, start=1):
        try:
            read = json.loads(line)
        except ValueError:
            read = None
        if not isinstance(read, dict) or set(read) != _CHECKPOINT_FIELDS or hash_of(read) != read["hash"]:
            raise JournalBroken(number, "Dòng này không phải là điểm kiểm soát.")
        check_signature(number, read, keys)
        if found.setdefault(int(read["entries"]), str(read["root"])) != read["root"]:
            raise JournalBroken(number, "Hai điểm kiểm soát cùng số mục nhưng khác nội dung.")
    return found


def verify_export(
    lines: Iterable[str], public: str | Collection[str], witnessed: Mapping[int, str] | None = None
) -> Verified:
    """Check an exported file with the station's public key(s) (base64url) alone; raise JournalBroken.

    `witnessed`: roots that others have seen, by the number of entries (`read_checkpoints`).
    """
    reading = LogReading(Chain(keys_of(public), witnessed or {}))
    number = 0
    for number, line in enumerate(lines, start=1):
        reading.take(number, line)
    return reading.end(number + 1)


def verify_logs(journal: Iterable[str], aired: Iterable[str], public: str | Collection[str]) -> MerkleTree:
    """Check both logs as stored in a database, without export and seal; raise JournalBroken.

    Return the tree over the journal's entries.
    """
    reading = LogReading(Chain(keys_of(public)))
    number = 0
    for number, line in enumerate(chain(journal, aired), start=1):
        reading.take(number, line)
    reading.check_vouched(number)
    return reading.journal.tree


@dataclass(slots=True)
class LogReading:
    """State of verifying a file: the part read so far is valid, with where the as-aired log stands."""

    journal: Chain
    aired: int = 0
    aired_hash: str = BEGINNING
    vouched: dict[int, str] = field(default_factory=dict)
    last_vouched: int = 0
    has_aired: bool = False
    """Whether a line of the as-aired log was read: those of the journal come before."""
    seal: Mapping[str, Any] | None = None

    def take(self, number: int, line: str) -> None:
        """Check one more line."""
        if self.seal is not None:
            raise JournalBroken(number, "Sau dấu niêm phong không được có gì nữa.")
        try:
            read = json.loads(line)
        except ValueError as error:
            raise JournalBroken(number, "Dòng này không phải là mục nhật ký.") from error
        self.read(number, read)

    def read(self, number: int, read: Any) -> None:
        """Check one more line that was parsed."""
        log = read.get("log") if isinstance(read, dict) else None
        if log == AS_AIRED:
            self._take_aired(number, read)
        elif log == SEAL:
            self._take_seal(number, read)
        else:
            self._take_journal(number, read)

    def end(self, number: int) -> Verified:
        """Return the facts about the whole file; its last line must be the seal."""
        if self.seal is None:
            raise JournalBroken(number, "Tệp bị cắt cụt: thiếu dấu niêm phong ở cuối.")
        self.journal.check_reach(number)
        return Verified(self.journal.seq, self.journal.last, self.aired, str(self.seal["at"]))

    def check_vouched(self, number: int) -> None:
        """Check that the entries of the as-aired log that the journal names exist, including the last one."""
        if self.vouched or self.last_vouched != self.aired:
            raise JournalBroken(number, "Sổ phát thanh không khớp với nhật ký.")

    def _take_journal(self, number: int, read: Any) -> None:
        if self.has_aired:
            raise JournalBroken(number, "Mục nhật ký nằm sai chỗ, sau sổ phát thanh.")
        entry = self.journal.take(number, read)
        if entry["act"] == VOUCHES:
            last = int(entry["detail"]["last"])
            self.vouched[last] = str(entry["detail"]["hash"])
            self.last_vouched = last

    def _take_aired(self, number: int, read: dict[str, Any]) -> None:
        self.has_aired = True
        if read.get("seq") != self.aired + 1 or read.get("previous") != self.aired_hash:
            raise JournalBroken(number, "Thiếu hoặc thừa mục sổ phát thanh ở trước dòng này.")
        if hash_of(read) != read.get("hash"):
            raise JournalBroken(number, "Nội dung mục sổ phát thanh này đã bị sửa.")
        self.aired, self.aired_hash = self.aired + 1, read["hash"]
        if self.vouched.pop(self.aired, self.aired_hash) != self.aired_hash:
            raise JournalBroken(number, "Mục sổ phát thanh này không phải mục mà nhật ký đã ghi.")

    def _take_seal(self, number: int, read: dict[str, Any]) -> None:
        if set(read) != _SEAL_FIELDS or hash_of(read) != read["hash"]:
            raise JournalBroken(number, "Dấu niêm phong đã bị sửa.")
        check_signature(number, read, self.journal.keys)
        found = {
            "journal": {
                "entries": self.journal.seq,
                "hash": self.journal.last,
                "root": self.journal.tree.root(),
            },
            "as_aired": {"entries": self.aired, "hash": self.aired_hash},
        }
        # A file of an earlier version states no root.
        if any(not read[name].items() <= reach.items() for name, reach in found.items()):
            raise JournalBroken(number, "Tệp thiếu dòng: dấu niêm phong nói đến nhiều mục hơn.")
        self.check_vouched(number)
        self.seal = read
