"""JSON API for what waits for a second administrator."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.accounts.passkey_schemas import DeviceChosen, SignatureGiven, TouchAsked
from controller.features.accounts.touches import proof_of
from controller.features.confirmations.operations import ask_confirmation, confirm
from controller.features.confirmations.schemas import SharedActShown, SharedActsShown
from controller.features.plans.proposals import open_proposals, withdraw_proposal
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.permissions import Act

router = json_router(prefix="/proposals", tags=["accounts"])


@router.get("", responses=refusals(401))
def index(visit: SignedVisit) -> SharedActsShown:
    """Return what one administrator has signed and a second must sign, in one's areas."""
    visit.viewer.need(Act.RULE)
    found = open_proposals(visit.store, sorted(visit.scope.seen), visit.now())
    return SharedActsShown(proposals=[SharedActShown.line(one) for one in found])


@router.post("/{proposal}/confirm", responses=refusals(401, 404, 409, 422))
def confirm_one(visit: SignedVisit, proposal: str, asked: SignatureGiven) -> SharedActsShown:
    """Sign it as the second administrator: it is done at once. Returns what still waits."""
    visit.viewer.need(Act.RULE)
    confirm(visit, visit.tries, proposal, proof_of(visit, asked))
    return index(visit)


@router.post("/{proposal}/confirm/passkey", responses=refusals(401, 404, 409, 422))
def ask(visit: SignedVisit, proposal: str, asked: DeviceChosen) -> TouchAsked:
    """Return what one's device is to sign to confirm it."""
    visit.viewer.need(Act.RULE)
    return ask_confirmation(visit, visit.tries, proposal, asked.kid)


@router.post("/{proposal}/withdraw", responses=refusals(401, 404, 409))
def withdraw(visit: SignedVisit, proposal: str) -> SharedActsShown:
    """Put it aside: nothing of it is done. Returns what still waits."""
    visit.viewer.need(Act.RULE)
    withdraw_proposal(visit, proposal, **visit.stamp)
    return index(visit)
