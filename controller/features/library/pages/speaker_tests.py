"""The test that technicians have one loudspeaker sound: drafted and handed in with one press."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import SignedVisit
from controller.features.accounts.page_permissions import need
from controller.features.library.pages.library import library_page
from controller.features.speaker_tests.service import prepare_test
from controller.model.permissions import Act

router = APIRouter()


@router.post("/thu-vien/ban-thu")
def prepare(visit: SignedVisit) -> Response:
    """Draft the test text and hand it in for approval."""
    need(visit.viewer, Act.WRITE)
    try:
        by, now, speech = visit.by, visit.now(), visit.station.speech
        bulletin = prepare_test(visit.store, by=by, now=now, speech=speech).id
    except LoaError as error:
        return library_page(visit, error=error)
    visit.wake()
    return RedirectResponse(f"/ban-tin/{bulletin}?xong=gui", 303)
