"""Checks the file that proves an airing, with the root's public key alone: no station, no database. Pure."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from controller.features.airings.delivery_state import why_inaudible
from controller.features.evidence.findings import Findings
from controller.features.evidence.journal_verification import check_journal
from controller.features.evidence.schemas import FORMAT, ProofFile, ProvenNode
from controller.model.local_time import wall
from controller.model.wording import Manner, digest_of
from devices.enrolment import Enrolment
from devices.ids import Grade, KeyId, NodeId
from devices.jose import read_payload
from devices.messages import Manifest, Plan, PlannedAiring, Receipt, ReceiptKind
from devices.not_trusted import NotTrusted
from devices.receipt_signing import read_receipt, receipt_id
from devices.roots import RootChain, Roots, follow
from devices.signing import TrustedKeys, read_key_set, verify
from devices.statements import Approval, Key, KeySet
from devices.wire_types import text_digest

GRADES: Final = {Grade.ROUTINE: "thông thường", Grade.PRIORITY: "ưu tiên", Grade.EMERGENCY: "khẩn cấp"}


def check_proof(proof: ProofFile, root_public: str) -> Findings:
    """Return what a file proves to somebody who trusts this root key alone."""
    findings = Findings()
    if proof.format != FORMAT:
        findings.fail(f"Tệp thuộc loại khác ({proof.format}); chương trình này chỉ đọc được {FORMAT}.")
        return findings
    trusted = trusted_keys(proof.roots, proof.keys, root_public, findings)
    if trusted is None:
        return findings
    approval = _approval(proof, trusted, findings)
    if approval is None:
        return findings
    planned = _plans(proof, approval, trusted, findings)
    _manifest(proof, approval, trusted, findings)
    keys = {node.node: _keys(node, trusted, findings) for node in proof.nodes}
    _loudspeakers(proof, approval, planned, keys, findings)
    check_journal(proof, approval, keys, trusted, findings)
    findings.not_proven.append(
        "Người dân có nghe thấy hay không: biên nhận nói loa đã phát với âm lượng nào, không nói ai đã nghe."
    )
    return findings


def trusted_keys(
    roots: RootChain, key_sets: Iterable[str], root_public: str, findings: Findings
) -> TrustedKeys | None:
    """Return the keys of sets that this root, or one that followed it, signed; None: said in the findings."""
    keys: dict[KeyId, Key] = {}
    oldest = None
    try:
        chain = follow(Roots.pinned(root_public), roots)
    except NotTrusted as error:
        findings.fail(f"Các khóa gốc kế tiếp không nối với khóa gốc này ({error.code}).")
        return None
    for text in key_sets:
        try:
            key_set = _read_key_set(text, chain)
        except NotTrusted as error:
            findings.fail(f"Bộ khóa không do khóa gốc này ký ({error.code}).")
            return None
        keys |= {key.kid: key for key in key_set.keys}
        oldest = min(oldest or key_set.issued_at, key_set.issued_at)
    if oldest is None:
        findings.fail("Tệp không có bộ khóa nào, nên không kiểm tra được chữ ký nào.")
        return None
    findings.proven.append(f"Bộ khóa do khóa gốc {root_public[:8]}… ký, lập {wall(oldest)}.")
    return TrustedKeys.for_good(keys.values())


def _read_key_set(text: str, chain: list[Roots]) -> KeySet:
    """Return a key set that any root of the chain signed: what was signed by a former one stays evidence."""
    for roots in chain[:0:-1]:
        with contextlib.suppress(NotTrusted):
            return read_key_set(text, roots, None)
    return read_key_set(text, chain[0], None)


def approval_in(plans: Iterable[str], airing: str) -> str | None:
    """Return the approval by which a plan names an airing; UNCHECKED: for what is checked afterwards."""
    for text in plans:
        plan = Plan.model_validate(read_payload(text), extra="ignore")
        for planned in plan.airings:
            if planned.airing == airing:
                return plan.approval_texts.get(planned.approval)
    return None


def _approval(proof: ProofFile, trusted: TrustedKeys, findings: Findings) -> Approval | None:
    try:
        approval = verify(proof.approval, Approval, trusted, None)
        verify(proof.approval, Approval, trusted, approval.approved_at)  # the key was in force then
    except NotTrusted as error:
        findings.fail(f"Phê duyệt không đúng chữ ký ({error.code}).")
        return None
    wording = proof.text
    manner = Manner(
        wording.issuer,
        wording.readings,
        tuple(wording.own_words),
        wording.pace,
        wording.reading_register,
        wording.engine,
        wording.voice,
        wording.alert,
    )
    if digest_of(proof.text.text, manner) != approval.text_sha256:
        findings.fail("Văn bản trong tệp KHÔNG phải là văn bản đã được duyệt.")
        return None
    if approval.author == approval.approver:
        findings.fail("Người soạn và người duyệt là một.")
    places = ", ".join(approval.areas)
    findings.proven.append(
        f"{approval.approver} đã duyệt văn bản «{proof.text.title}» (do {approval.author} soạn) và bản thu "
        f"{approval.recording[:12]}… lúc {wall(approval.approved_at)}: cho địa bàn {places}, "
        f"cao nhất là tin {GRADES[approval.grade]}."
    )
    return approval


def _plans(
    proof: ProofFile, approval: Approval, trusted: TrustedKeys, findings: Findings
) -> PlannedAiring | None:
    found: PlannedAiring | None = None
    approval_name = text_digest(proof.approval)
    for text in proof.plans:
        try:
            plan = verify(text, Plan, trusted, None)
            verify(text, Plan, trusted, plan.issued_at)
        except NotTrusted as error:
            findings.fail(f"Một kế hoạch không đúng chữ ký của đài ({error.code}).")
            continue
        named = next((one for one in plan.airings if one.airing == proof.airing), None)
        if named is None or named.recording != approval.recording or named.approval != approval_name:
            findings.fail(f"Kế hoạch của {plan.target} không nêu lượt phát này với bản thu đã duyệt.")
            continue
        if not _is_in_scope(named, approval):
            findings.fail(f"Kế hoạch của {plan.target} vượt quá thời hạn hoặc mức tin của phê duyệt.")
            continue
        found = named
        findings.proven.append(
            f"Đài đã ký kế hoạch cho {plan.target} lúc {wall(plan.issued_at)}: phát {wall(named.starts_at)}, "
            f"tin {GRADES[named.grade]}, âm lượng {named.volume}%."
        )
    if found is None:
        findings.fail("Không có kế hoạch nào nêu lượt phát này: không chứng minh được giờ phát dự kiến.")
    return found


def _is_in_scope(planned: PlannedAiring, approval: Approval) -> bool:
    order = list(GRADES)
    is_in_time = approval.valid_from <= planned.starts_at < approval.expires_at
    return is_in_time and order.index(planned.grade) <= order.index(approval.grade)


def _manifest(proof: ProofFile, approval: Approval, trusted: TrustedKeys, findings: Findings) -> None:
    try:
        manifest = verify(proof.manifest, Manifest, trusted, None) if proof.manifest else None
    except NotTrusted as error:
        findings.not_proven.append(f"Bản mô tả tệp âm thanh không đúng chữ ký ({error.code}).")
        return
    if manifest is None or manifest.recording != approval.recording:
        findings.not_proven.append("Tệp không có bản mô tả của tệp âm thanh.")
        return
    seconds = manifest.duration_ms / 1000
    findings.proven.append(f"Bản thu dài {seconds:.1f} giây, {manifest.size} byte, mã băm là tên của nó.")


def _loudspeakers(
    proof: ProofFile,
    approval: Approval,
    planned: PlannedAiring | None,
    keys: Mapping[str, list[str]],
    findings: Findings,
) -> None:
    counts: Counter[str] = Counter()
    for node in proof.nodes:
        heard = _heard(node, proof, approval, keys[node.node], findings)
        if heard is None:
            counts["silent"] += 1
        else:
            counts["heard"] += 1
            findings.proven.append(heard)
        findings.not_proven += [f"Theo đài: {sentence}" for sentence in node.faults]
        if node.unsigned:
            findings.not_proven.append(
                f"{node.node}: {node.unsigned} biên nhận chưa ký, từ trước khi biên nhận được ký."
            )
    total = len(proof.nodes)
    findings.proven.append(f"{counts['heard']}/{total} cụm loa đã ký rằng đã phát.")
    if counts["silent"]:
        findings.not_proven.append(
            f"{counts['silent']}/{total} cụm loa không có biên nhận nào nói là đã phát."
        )
    if planned is None:
        findings.not_proven.append("Không so được giờ phát thật với kế hoạch.")


def _heard(
    node: ProvenNode, proof: ProofFile, approval: Approval, keys: list[str], findings: Findings
) -> str | None:
    """Return the sentence that says how much one loudspeaker signed that it sounded; None: it did not."""
    receipts: list[Receipt] = []
    ids: dict[int, str] = {}
    sounds = {approval.recording, *(one.recording for one in approval.renditions)}
    for text in node.receipts:
        receipt = _receipt(text, node, keys)
        if receipt is None or receipt.airing != proof.airing or receipt.recording not in sounds:
            findings.not_proven.append(
                f"{node.node}: một biên nhận không đúng chữ ký hoặc không của lượt này."
            )
            continue
        before = ids.get(receipt.seq - 1)
        if before is not None and receipt.previous != before:
            findings.not_proven.append(f"{node.node}: biên nhận số {receipt.seq} không nối với số trước.")
        ids[receipt.seq] = receipt_id(text)
        receipts.append(receipt)
    started = [one for one in receipts if one.kind == ReceiptKind.STARTED and why_inaudible(one) is None]
    if not started:
        return None
    numbers = ", ".join(str(seq) for seq in sorted(ids))
    heard_ms = max((one.heard_ms for one in receipts if why_inaudible(one) is None), default=0)
    level = max((one.level_dbfs for one in receipts if one.level_dbfs is not None), default=None)
    measured = "không đo tiếng sau tăng âm" if level is None else f"đo sau tăng âm {level:.0f} dBFS"
    return (
        f"{node.node} ({node.name}): bắt đầu {_time(started[0].at)}, phát {heard_ms / 1000:.1f} giây, "
        f"âm lượng {started[0].volume}%, {measured} (biên nhận số {numbers})."
    )


def _keys(node: ProvenNode, trusted: TrustedKeys, findings: Findings) -> list[str]:
    """Return the keys that a signed enrolment names as the node's; say of the others that none does."""
    named: list[str] = []
    for key in node.keys:
        try:
            told = verify(key.enrolment, Enrolment, trusted, None) if key.enrolment else None
        except NotTrusted:
            told = None
        if told is not None and (told.node, told.public) == (node.node, key.public):
            named.append(key.public)
        else:
            findings.not_proven.append(
                f"{node.node}: không có giấy gắn do đài ký cho khóa {key.public[:8]}…, nên biên nhận ký bằng "
                "khóa ấy không được tính."
            )
    return named


def _receipt(text: str, node: ProvenNode, keys: list[str]) -> Receipt | None:
    for public in keys:
        try:
            return read_receipt(text, NodeId(node.node), public)
        except NotTrusted:
            continue
    return None


def _time(at: datetime | None) -> str:
    return "không rõ giờ" if at is None else wall(at)
