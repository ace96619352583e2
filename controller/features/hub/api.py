"""The hub as a province sees it, by JSON."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.hub.queries import documents_shown, hub_shown
from controller.features.hub.schemas import ApproverAsked, DocumentShown, HubShown, TakenDocument
from controller.features.hub.service import accept_approver, end_approver, take_document
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.permissions import Act

router = json_router(prefix="/hub", tags=["hub"])


@router.get("", responses=refusals(401, 403))
def show(visit: SignedVisit) -> HubShown:
    """Return how the exchange with the hub stands, whom the province accepts, and what it last sent."""
    visit.viewer.need_province(Act.RULE)
    return hub_shown(visit.store, visit.station.settings, visit.now())


@router.get("/documents", responses=refusals(401))
def documents(visit: SignedVisit) -> list[DocumentShown]:
    """Return the hub's documents for the person's areas, the newest first."""
    return documents_shown(visit.store, visit.scope, visit.now())


@router.post("/documents/{sha256}/take", status_code=201, responses=refusals(401, 403, 404, 409))
def take(visit: SignedVisit, sha256: str) -> TakenDocument:
    """Make a bulletin of a document: approved where the hub's approval counts here, else a draft."""
    return take_document(visit, sha256, **visit.stamp)


@router.post("/approvers", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def accept(visit: SignedVisit, asked: ApproverAsked) -> HubShown:
    """Accept an approver of the hub; with a grade, the root has to sign the key set before it counts."""
    accept_approver(visit, asked, **visit.stamp)
    return show(visit)


@router.delete("/approvers/{kid}", responses=refusals(401, 403, 404))
def end(visit: SignedVisit, kid: str) -> HubShown:
    """Accept no more of an approver; what was taken stays good for its own time."""
    end_approver(visit, kid, **visit.stamp)
    return show(visit)
