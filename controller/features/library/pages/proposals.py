"""Readings that were proposed for the lexicon, on the page Thư viện: a yes or a no."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, Conflict
from controller.features.accounts.dependencies import SignedVisit
from controller.features.lexicon.proposals import accept_proposal, refuse_proposal
from controller.features.library.pages.library import library_page

router = APIRouter(prefix="/thu-vien/de-nghi/{proposal_id}")


@router.post("/nhan")
def accept(visit: SignedVisit, proposal_id: str) -> Response:
    """Put it into the lexicon."""
    try:
        accept_proposal(visit, proposal_id, **visit.stamp)
    except (BadInput, Conflict) as error:
        return library_page(visit, error=error)
    return RedirectResponse("/thu-vien?xong=nhan", 303)


@router.post("/bo")
def refuse(visit: SignedVisit, proposal_id: str) -> Response:
    """Leave the lexicon as it is."""
    try:
        refuse_proposal(visit, proposal_id, **visit.stamp)
    except Conflict as error:
        return library_page(visit, error=error)
    return RedirectResponse("/thu-vien?xong=bo", 303)
