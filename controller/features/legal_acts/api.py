"""The legal act of a bulletin by JSON."""

from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.bulletins.queries import reference_given, visible_wording
from controller.features.imports.legal_references import Reference, reference_of
from controller.features.imports.schemas import ReferenceShown
from controller.features.legal_acts.schemas import LegalShown, ReferenceAsked
from controller.features.legal_acts.service import set_reference
from controller.http.json_router import json_router
from controller.http.refusals import refusals

router = json_router(prefix="/bulletins/{bulletin_id}", tags=["bulletins"])


@router.get("/reference", responses=refusals(401, 404, 422))
def reference(visit: SignedVisit, bulletin_id: str) -> LegalShown:
    """Return the legal act that a person named, and what the newest wording's head proposes."""
    return _legal(visit, bulletin_id)


@router.put("/reference", responses=refusals(401, 403, 404, 409, 422))
def refer(visit: SignedVisit, bulletin_id: str, asked: ReferenceAsked) -> LegalShown:
    """Name the legal act; airings planned beyond its end are cancelled. Nothing is approved anew."""
    named = Reference(**asked.model_dump())
    cancelled = set_reference(visit, bulletin_id, named, **visit.stamp)
    return _legal(visit, bulletin_id).model_copy(update={"cancelled": cancelled})


def _legal(visit: Visit, bulletin_id: str) -> LegalShown:
    row, wording = visible_wording(visit.store, visit.scope, bulletin_id)
    given = reference_given(visit.store, row.id)
    return LegalShown(
        reference=None if given is None else ReferenceShown.of(given),
        proposal=ReferenceShown.of(reference_of(f"{row.title}\n{wording.text}")),
    )
