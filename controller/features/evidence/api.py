"""The proof of an airing, by JSON."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.airings.page_queries import visible_airing
from controller.features.evidence.queries import proof_of
from controller.features.evidence.schemas import ProofFile
from controller.http.json_router import json_router
from controller.http.refusals import refusals

router = json_router(tags=["airings"])


@router.get("/airings/{airing_id}/proof", responses=refusals(401, 404, 409))
def proof(visit: SignedVisit, airing_id: str) -> ProofFile:
    """Return everything signed about an airing; `loa airing verify` checks it with the root's key alone."""
    airing = visible_airing(visit.store, visit.scope, airing_id)
    return proof_of(visit.store, airing.id, visit.station.welcome().root_public, now=visit.now())
