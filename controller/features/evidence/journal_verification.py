"""Checks the journal's part of a proof: entries, their way to the root, and who signed that root. Pure."""

from collections.abc import Mapping

from controller.features.evidence.findings import Findings
from controller.features.evidence.schemas import ProofFile
from controller.features.journal.chain import hash_of
from devices.ids import NodeId
from devices.merkle import is_included, leaf_of
from devices.messages import Plan
from devices.not_trusted import NotTrusted
from devices.receipt_signing import read_receipt
from devices.signing import TrustedKeys, verify
from devices.statements import Approval


def check_journal(
    proof: ProofFile,
    approval: Approval,
    keys: Mapping[str, list[str]],
    trusted: TrustedKeys,
    findings: Findings,
) -> None:
    """Say which entries stand in the journal, and who saw it; `keys`: those that enrolments name, by node."""
    journal = proof.journal
    if journal is None:
        findings.not_proven.append("Nhật ký: tệp không có mục nào mà cụm loa đã thấy.")
        return
    for one in journal.entries:
        entry, path = one.entry, [bytes.fromhex(step) for step in one.path]
        digest = hash_of(entry.model_dump())
        is_there = is_included(leaf_of(digest), entry.seq - 1, journal.size, path, journal.root)
        if digest != entry.hash or not is_there:
            findings.fail(f"Mục nhật ký số {entry.seq} không nằm trong nhật ký mà tệp nêu.")
            return
    witnesses = _witnesses(proof, keys, findings)
    if not (witnesses or _is_in_a_plan(proof, trusted)):
        findings.not_proven.append("Nhật ký: không ai ký rằng đã thấy nhật ký mà tệp nêu.")
        return
    seen_by = f"{len(witnesses)} cụm loa đã ký rằng thấy" if witnesses else "đài đã ký trong kế hoạch"
    _say_entries(proof, approval, findings, f"nhật ký {journal.size} mục mà {seen_by}")
    if not witnesses:
        findings.not_proven.append(
            "Nhật ký: chưa có cụm loa nào ký rằng đã thấy; ai giữ khóa của đài có thể đã viết lại."
        )


def _say_entries(proof: ProofFile, approval: Approval, findings: Findings, where: str) -> None:
    assert proof.journal is not None
    entries = [one.entry for one in proof.journal.entries]
    told = [f"số {one.seq} {one.act} ({one.by}, {one.at[:19]}Z)" for one in entries]
    findings.proven.append(f"Nằm trong {where}: {'; '.join(told)}.")
    approved = (approval.text_sha256, approval.recording)
    details = [one.detail for one in entries if one.act == "bulletin.approved"]
    if approved not in [(one.get("text_sha256"), one.get("recording")) for one in details]:
        findings.not_proven.append("Nhật ký: không có mục ghi phê duyệt này trong phần đã chứng minh.")
    if not any(one.subject == proof.airing for one in entries):
        findings.not_proven.append("Nhật ký: không có mục ghi lượt phát này trong phần đã chứng minh.")


def _witnesses(proof: ProofFile, keys: Mapping[str, list[str]], findings: Findings) -> set[str]:
    """Return the loudspeakers that signed this very root; another root of as many entries is a rewriting."""
    assert proof.journal is not None
    found: set[str] = set()
    for node in proof.nodes:
        for text in (*node.receipts, *node.witnesses):
            seen = _seen(text, NodeId(node.node), keys.get(node.node, []))
            if seen is None or seen[0] != proof.journal.size:
                continue
            if seen[1] == proof.journal.root:
                found.add(node.node)
            else:
                findings.fail(f"{node.node} đã ký rằng thấy một nhật ký khác với nhật ký mà tệp nêu.")
    return found


def _seen(text: str, node: NodeId, keys: list[str]) -> tuple[int, str] | None:
    for public in keys:
        try:
            journal = read_receipt(text, node, public).journal
        except NotTrusted:
            continue
        return (journal.size, journal.root) if journal is not None else None
    return None


def _is_in_a_plan(proof: ProofFile, trusted: TrustedKeys) -> bool:
    assert proof.journal is not None
    for text in proof.plans:
        try:
            seen = verify(text, Plan, trusted, None).journal
        except NotTrusted:
            continue
        if seen is not None and (seen.size, seen.root) == (proof.journal.size, proof.journal.root):
            return True
    return False
