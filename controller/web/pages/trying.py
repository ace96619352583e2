"""The test that technicians have one loudspeaker sound: drafted and handed in with one press."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.speaker_tests.service import prepare_test
from controller.model.permissions import Act
from controller.web.pages.forms import need
from controller.web.pages.library import library_page
from controller.web.viewer import Signed, TheStation

router = APIRouter()


@router.post("/thu-vien/ban-thu")
def prepare(request: Request, station: TheStation, viewer: Signed) -> Response:
    """Draft the test text and hand it in for approval."""
    need(viewer, Act.WRITE)
    try:
        with station.store.write() as session:
            bulletin = prepare_test(session, by=viewer.operator, now=station.now(), speech=station.speech).id
    except LoaError as error:
        return library_page(request, station, viewer, error=error)
    station.poke()
    return RedirectResponse(f"/ban-tin/{bulletin}?xong=gui", 303)
