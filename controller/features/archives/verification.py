"""Checks an archive by the file and the root's public key alone: no station, no database. Pure.

docs/storage.md, "Years". What is read is bounded by lines: an archive of years does not fit into memory.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from controller.features.archives.lines import FORMAT, LinePart
from controller.features.evidence.findings import Findings
from controller.features.evidence.verification import trusted_keys
from controller.features.journal.chain import Chain, JournalBroken, check_signature, hash_of
from controller.features.journal.export import LogReading
from devices.enrolment import Enrolment
from devices.ids import NodeId, Role
from devices.merkle import MerkleTree
from devices.not_trusted import NotTrusted
from devices.receipt_signing import read_receipt, receipt_id
from devices.roots import RootChain
from devices.signing import TrustedKeys, verify
from devices.wire_types import parse

_NAMED: Final = 5
"""Loudspeakers that a sentence names."""
_NO_ROOTS: Final = RootChain(sets=())
_SEAL_FIELDS: Final = frozenset({"part", "at", "lines", "sha256", "kid", "hash", "signature"})


class ArchiveBroken(Exception):  # noqa: N818 - named by what it means
    """The archive was changed or damaged; `line` counts from 1."""

    def __init__(self, number: int, sentence: str) -> None:
        super().__init__(f"line {number}: {sentence}")
        self.line = number
        self.sentence = sentence


@dataclass(slots=True)
class ArchiveFacts:
    """What a valid archive says of itself."""

    year: int = 0
    before: str = ""
    receipts: int = 0
    unsigned: int = 0
    unenrolled: int = 0
    """Receipts of keys that no signed enrolment names."""
    journal: int = 0
    journal_hash: str = ""
    aired: int = 0
    aired_hash: str = ""
    sealed_at: str = ""


@dataclass(slots=True)
class ArchiveReading:
    """State of reading an archive line by line; what was read so far is valid."""

    root_public: str
    witnessed: Mapping[int, str] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    facts: ArchiveFacts = field(default_factory=ArchiveFacts)
    is_sealed: bool = False
    _header: dict[str, Any] = field(default_factory=dict)
    _roots: RootChain = _NO_ROOTS
    _key_sets: list[str] = field(default_factory=list)
    _trusted: TrustedKeys | None = None
    _keys: dict[str, list[str]] = field(default_factory=dict)
    _strangers: dict[str, list[str]] = field(default_factory=dict)
    _refused: dict[str, int] = field(default_factory=dict)
    _claims: dict[tuple[int, str], int] = field(default_factory=dict)
    """Which loudspeakers signed that they saw this journal: bit n is that of `_places`, to save memory."""
    _places: dict[str, int] = field(default_factory=dict)
    _roots_seen: dict[int, str] = field(default_factory=dict)
    _sizes: frozenset[int] = frozenset()
    _logs: LogReading | None = None
    _digest: Any = field(default_factory=hashlib.sha256)
    _lines: int = 0

    def take(self, text: str) -> None:
        """Check one more line; raise ArchiveBroken."""
        number = self._lines + 1
        if self.is_sealed:
            raise ArchiveBroken(number, "Sau dấu niêm phong không được có gì nữa.")
        read = _read(number, text)
        try:
            self._take(number, read)
        except JournalBroken as broken:
            raise ArchiveBroken(number, broken.sentence) from None
        except (NotTrusted, ValueError, KeyError, TypeError) as error:
            raise ArchiveBroken(number, "Dòng này không phải là dòng của tệp lưu trữ.") from error
        if not self.is_sealed:
            self._digest.update(text.encode() + b"\n")
        self._lines = number

    def end(self) -> ArchiveFacts:
        """Return what the whole file says; raise ArchiveBroken where its end is missing."""
        if not self.is_sealed:
            raise ArchiveBroken(self._lines + 1, "Tệp bị cắt cụt: thiếu dấu niêm phong ở cuối.")
        self._say()
        return self.facts

    def _take(self, number: int, read: dict[str, Any]) -> None:
        part = read.get("part")
        if number == 1:
            self._begin(read)
        elif part == LinePart.ROOTS:
            self._roots = parse(RootChain, json.dumps(read["chain"]))
        elif part == LinePart.KEYS:
            self._key_sets.append(str(read["signed"]))
        elif part == LinePart.NODE_KEY:
            self._enrolled(read)
        elif part == LinePart.RECEIPT:
            self._receipt(read)
        elif part == LinePart.SEAL:
            self._seal(number, read)
        elif part is None:
            self._log_line(number, read)
        elif part not in {LinePart.TEXT, LinePart.DOCUMENT, LinePart.AIRING}:
            raise ArchiveBroken(number, "Dòng này không phải là dòng của tệp lưu trữ.")

    def _begin(self, read: dict[str, Any]) -> None:
        if read.get("part") != LinePart.HEADER or read.get("format") != FORMAT:
            raise ArchiveBroken(1, f"Tệp thuộc loại khác; chương trình này chỉ đọc được {FORMAT}.")
        self._header = read
        self.facts.year, self.facts.before = int(read["year"]), str(read["before"])

    def _trust(self) -> TrustedKeys:
        if self._trusted is None:
            found = trusted_keys(self._roots, self._key_sets, self.root_public, self.findings)
            if found is None:
                raise ArchiveBroken(self._lines + 1, self.findings.not_proven[-1])
            self._trusted = found
        return self._trusted

    def _enrolled(self, read: dict[str, Any]) -> None:
        """Keep a key that a signed enrolment names as the node's."""
        node, public, enrolment = str(read["node"]), str(read["public"]), read["enrolment"]
        try:
            told = verify(enrolment, Enrolment, self._trust(), None) if enrolment else None
        except NotTrusted:
            told = None
        if told is not None and (told.node, told.public) == (node, public):
            self._keys.setdefault(node, []).append(public)
        else:
            self._strangers.setdefault(node, []).append(public)

    def _receipt(self, read: dict[str, Any]) -> None:
        node, signed = str(read["node"]), read["signed"]
        if signed is None:
            self.facts.unsigned += 1
            return
        if receipt_id(signed) != read["id"]:
            self._refused[node] = self._refused.get(node, 0) + 1
            return
        enrolled, strangers = self._keys.get(node, []), self._strangers.get(node, [])
        for public in (*enrolled, *strangers):
            try:
                seen = read_receipt(signed, NodeId(node), public).journal
            except NotTrusted:
                continue
            if public not in enrolled:
                self.facts.unenrolled += 1
                return
            self.facts.receipts += 1
            if seen is not None:
                place = self._places.setdefault(node, len(self._places))
                claim = (seen.size, seen.root)
                self._claims[claim] = self._claims.get(claim, 0) | 1 << place
            return
        self._refused[node] = self._refused.get(node, 0) + 1

    def _log_line(self, number: int, read: dict[str, Any]) -> None:
        logs = self._opened_logs()
        before = logs.journal.seq
        logs.read(number, read)
        seq = logs.journal.seq
        if seq > before and seq in self._sizes:
            self._roots_seen[seq] = logs.journal.tree.root()

    def _opened_logs(self) -> LogReading:
        """Go on where the archive before this one ends, as the header says."""
        if self._logs is None:
            journal, aired = self._header["journal"], self._header["as_aired"]
            tree = MerkleTree(int(journal["entries"]), bytes.fromhex(journal["peaks"]))
            chain = Chain(self._station_keys(), self.witnessed, tree.size, str(journal["hash"]), tree)
            entries = int(aired["entries"])
            self._logs = LogReading(chain, entries, str(aired["hash"]), last_vouched=entries)
            self._sizes = frozenset(size for size, _ in self._claims)
        return self._logs

    def _station_keys(self) -> dict[Any, str]:
        keys = self._trust().keys
        return {kid: key.public for kid, key in keys.items() if key.role is Role.STATION}

    def _seal(self, number: int, read: dict[str, Any]) -> None:
        if set(read) != _SEAL_FIELDS or hash_of(read) != read["hash"]:
            raise ArchiveBroken(number, "Dấu niêm phong đã bị sửa.")
        check_signature(number, read, self._station_keys())
        if (int(read["lines"]), read["sha256"]) != (self._lines, self._digest.hexdigest()):
            raise ArchiveBroken(number, "Tệp bị sửa: dấu niêm phong được ký cho nội dung khác.")
        logs = self._opened_logs()
        logs.check_vouched(number)
        self.facts.journal, self.facts.journal_hash = logs.journal.seq, logs.journal.last
        self.facts.aired, self.facts.aired_hash = logs.aired, logs.aired_hash
        self.facts.sealed_at, self.is_sealed = str(read["at"]), True

    def _say(self) -> None:
        facts, findings, header = self.facts, self.findings, self._header
        first, first_aired = header["journal"]["entries"] + 1, header["as_aired"]["entries"] + 1
        findings.proven.append(
            f"Đài {header['province']}, năm {facts.year}, niêm phong {facts.sealed_at[:19]}Z: "
            f"nguyên vẹn nhật ký từ mục {first} đến {facts.journal}, "
            f"sổ phát thanh từ mục {first_aired} đến {facts.aired}."
        )
        findings.proven.append(
            f"{facts.receipts} biên nhận đúng chữ ký của {len(self._keys)} cụm loa có giấy gắn do đài ký."
        )
        self._say_witnesses()
        if self._refused:
            count = sum(self._refused.values())
            findings.fail(f"{count} biên nhận không đúng chữ ký, của {_some(self._refused)}.")
        if facts.unsigned:
            findings.not_proven.append(
                f"{facts.unsigned} biên nhận chưa ký, của bản cũ: không chứng minh gì."
            )
        if self._strangers:
            findings.not_proven.append(
                f"Khóa không có giấy gắn do đài ký: {_some(self._strangers)}; "
                f"{facts.unenrolled} biên nhận của chúng không được tính."
            )
        if facts.before:
            findings.not_proven.append(
                f"Các mục trước đó nằm trong tệp lưu trữ có SHA-256 {facts.before}: hãy kiểm tra cả tệp ấy."
            )

    def _say_witnesses(self) -> None:
        agreed = others = 0
        for (size, root), nodes in self._claims.items():
            if self._roots_seen.get(size) == root:
                agreed |= nodes
            elif size in self._roots_seen:
                others |= nodes
        if agreed:
            self.findings.proven.append(f"{agreed.bit_count()} cụm loa đã ký rằng thấy đúng nhật ký này.")
        else:
            self.findings.not_proven.append(
                "Chưa có cụm loa nào ký rằng đã thấy nhật ký này: ai giữ khóa của đài có thể đã viết lại."
            )
        if others:
            names = [node for node, place in self._places.items() if others >> place & 1]
            self.findings.fail(f"Đã ký rằng thấy một nhật ký khác: {_some(names)}.")


def station_keys_of(reading: ArchiveReading) -> list[str]:
    """Return the public keys that the station had, as an archive that was read proves."""
    keys = reading._trust().keys.values()  # noqa: SLF001 - one of us
    return [key.public for key in keys if key.role is Role.STATION]


def _read(number: int, text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise ArchiveBroken(number, "Dòng này không phải là dòng của tệp lưu trữ.")
    return read


def _some(names: Iterable[str]) -> str:
    known = sorted(names)
    return ", ".join(known[:_NAMED]) + (f" và {len(known) - _NAMED} cụm khác" if len(known) > _NAMED else "")
