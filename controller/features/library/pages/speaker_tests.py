"""The test that technicians have one loudspeaker sound: drafted and handed in with one press."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.accounts.page_permissions import need
from controller.features.library.pages.library import library_page
from controller.features.speaker_tests.service import prepare_test
from controller.model.permissions import Act

router = APIRouter()


@router.post("/thu-vien/ban-thu")
def prepare(request: Request, station: TheStation, viewer: Signed) -> Response:
    """Draft the test text and hand it in for approval."""
    need(viewer, Act.WRITE)
    try:
        by, now, speech = viewer.operator, station.now(), station.speech
        bulletin = prepare_test(station.store, by=by, now=now, speech=speech).id
    except LoaError as error:
        return library_page(request, station, viewer, error=error)
    station.wake()
    return RedirectResponse(f"/ban-tin/{bulletin}?xong=gui", 303)
