"""Reads of evidence: the proof of one airing."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.errors import Conflict, NotFound
from controller.features.airings.receipt_faults import receipt_faults
from controller.features.airings.removed_receipts import archive_of
from controller.features.airings.sealed_receipts import unpack
from controller.features.evidence.documents import kept_documents, signing_areas_of
from controller.features.evidence.journal_proof import journal_of
from controller.features.evidence.schemas import ProofFile, ProvenKey, ProvenNode, ProvenText
from controller.features.evidence.verification import approval_in
from controller.features.plans.queries import key_sets_of, published_roots
from controller.model.airings import Airing, Delivery, StoredReceipt
from controller.model.bulletins import Approved, Bulletin, Revision
from controller.model.fleet import Hardware, Node
from controller.model.plan_states import DocumentKind
from controller.store import one_read
from devices.ids import AiringId, NodeId


@one_read
def proof_of(session: Session, airing_id: str, root_public: str, *, now: datetime) -> ProofFile:
    """Return all that was signed about an airing; raises NotFound, and Conflict before it was approved."""
    airing = session.get(Airing, airing_id)
    if airing is None:
        raise NotFound("Không có lượt phát này.", code="airing.unknown")
    kept = kept_documents(session, airing.id)
    approved = session.get(Approved, (airing.bulletin, airing.revision)) if airing.revision else None
    approval = approval_in(kept[DocumentKind.PLAN], airing.id) or (approved.jws if approved else None)
    if approval is None:
        raise Conflict("Lượt phát này chưa được duyệt nên chưa có gì để chứng minh.", code="evidence.none")
    archive = archive_of(session, airing.starts_at)
    if archive is not None:
        raise Conflict(
            f"Biên nhận của lượt phát này chỉ còn trong tệp lưu trữ {archive}. Lấy bằng chứng ở "
            f"nơi giữ tệp ấy: loa archive prove {archive} {airing.id}",
            code="evidence.archived",
        )
    manifest = kept[DocumentKind.MANIFEST]
    nodes = _nodes_of(session, airing.id, now)
    journal, witnesses = journal_of(
        session, airing, kept[DocumentKind.PLAN], {NodeId(node.node): node.receipts for node in nodes}
    )
    for node in nodes:
        node.witnesses = witnesses.get(NodeId(node.node), [])
    return ProofFile(
        made_at=now,
        root_public=root_public,
        airing=airing.id,
        state=airing.state.value,
        starts_at=airing.starts_at,
        text=_text_of(session, airing),
        approval=approval,
        keys=kept[DocumentKind.KEYS] or key_sets_of(session, signing_areas_of(session, airing)),
        roots=published_roots(session),
        plans=kept[DocumentKind.PLAN],
        manifest=manifest[0] if manifest else None,
        journal=journal,
        nodes=nodes,
    )


def _text_of(session: Session, airing: Airing) -> ProvenText:
    revision = session.get_one(Revision, (airing.bulletin, airing.revision))
    return ProvenText(
        title=session.get_one(Bulletin, airing.bulletin).title,
        text=revision.text,
        issuer=revision.manner.issuer,
        readings=revision.manner.readings,
        own_words=list(revision.own_words),
        pace=revision.pace,
        reading_register=revision.register,
        engine=revision.engine,
        voice=revision.voice,
        alert=revision.alert,
    )


def _nodes_of(session: Session, airing: AiringId, now: datetime) -> list[ProvenNode]:
    nodes = session.execute(
        select(Node, Delivery.area)
        .join(Delivery, Delivery.node == Node.id)
        .where(Delivery.airing == airing)
        .order_by(Node.id)
    ).all()
    keys: dict[NodeId, list[ProvenKey]] = defaultdict(list)
    for row in session.scalars(select(Hardware).where(Hardware.node.in_([node.id for node, _ in nodes]))):
        keys[row.node].append(ProvenKey.model_validate(row, from_attributes=True, extra="ignore"))
    texts: dict[NodeId, list[str]] = defaultdict(list)
    signed = select(StoredReceipt).where(StoredReceipt.airing == airing, StoredReceipt.sealed.is_not(None))
    for receipt in session.scalars(signed.order_by(StoredReceipt.kid, StoredReceipt.seq)):
        texts[receipt.node].append(unpack(receipt.sealed or b"", receipt.kid or ""))
    unsigned = select(StoredReceipt.node, func.count()).where(
        StoredReceipt.airing == airing, StoredReceipt.sealed.is_(None)
    )
    old = {node: count for node, count in session.execute(unsigned.group_by(StoredReceipt.node))}  # noqa: C416 - typed
    return [
        ProvenNode(
            node=node.id,
            name=node.name,
            area=area or node.area,
            keys=keys[node.id],
            receipts=texts[node.id],
            unsigned=old.get(node.id, 0),
            faults=receipt_faults(session, node.id, now),
        )
        for node, area in nodes
    ]
