"""Keeps the documents that an airing rests on, at the moment at which it begins: later ones replace them."""

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from controller.features.areas.queries import area_tree
from controller.features.plans.desired_state import is_of_nodes
from controller.model.airings import Airing, Delivery, Target
from controller.model.evidence import AiringDocument, KeptDocument
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from devices.ids import AiringId, AreaCode


def keep_documents(session: Session, airing: Airing) -> None:
    """Keep the key sets, the plans that name an airing, and its recording's manifest, as published now."""
    areas = select(Target.area).where(Target.airing == airing.id)
    targets = select(Delivery.node).where(Delivery.airing == airing.id) if is_of_nodes(airing) else areas
    rows = session.scalars(
        select(Published)
        .where(Published.payload != "")
        .where(
            or_(
                and_(
                    Published.kind == DocumentKind.KEYS,
                    Published.target.in_(signing_areas_of(session, airing)),
                ),
                and_(Published.kind == DocumentKind.PLAN, Published.target.in_(targets)),
                and_(Published.kind == DocumentKind.MANIFEST, Published.target == airing.recording),
            )
        )
    )
    for row in rows.all():
        if row.kind is DocumentKind.PLAN and f'"{airing.id}"' not in row.document:
            continue
        place = (row.kind, row.target, row.version)
        if session.get(KeptDocument, place) is None:
            session.add(
                KeptDocument(kind=row.kind, target=row.target, version=row.version, payload=row.payload)
            )
        session.merge(AiringDocument(airing=airing.id, kind=row.kind, target=row.target, version=row.version))


def signing_areas_of(session: Session, airing: Airing) -> list[AreaCode]:
    """Return the areas whose keys sign for an airing: those where it is heard, and all above them."""
    tree = area_tree(session)
    targets = session.scalars(select(Target.area).where(Target.airing == airing.id))
    return sorted({area for target in targets for area in tree.lineage(target)})


def kept_documents(session: Session, airing: AiringId) -> dict[DocumentKind, list[str]]:
    """Return the signed texts that were kept of an airing, by kind."""
    query = (
        select(KeptDocument)
        .join(
            AiringDocument,
            and_(
                AiringDocument.kind == KeptDocument.kind,
                AiringDocument.target == KeptDocument.target,
                AiringDocument.version == KeptDocument.version,
            ),
        )
        .where(AiringDocument.airing == airing)
        .order_by(KeptDocument.kind, KeptDocument.target)
    )
    found: dict[DocumentKind, list[str]] = {kind: [] for kind in DocumentKind}
    for row in session.scalars(query):
        found[row.kind].append(row.payload)
    return found
