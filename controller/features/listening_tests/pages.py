"""Nghe thử: listeners without an account answer a listening test; administrators read what came of it."""

from typing import Annotated, cast

from fastapi import APIRouter, Form, Path
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from controller.errors import LoaError, NotFound
from controller.features.accounts.dependencies import SignedVisit, TheStation
from controller.features.listeners.rate_limits import ListenerLimits
from controller.features.listening_tests import files, service
from controller.features.listening_tests.findings_words import CONDITION_WORDS, TONE_WORDS, percent
from controller.features.listening_tests.questions import ListeningTask
from controller.features.listening_tests.statistics import SAME, UNSURE
from controller.http.public_address import public_address
from controller.http.render import page
from controller.http.requests import address_of
from controller.http.station import Station
from controller.model.permissions import Act

router = APIRouter()
Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
_SHOWN = 5
"""Tests on the page, the newest; older ones stay for `loa listen-test report`."""
_About = Annotated[str, Form(max_length=20)]
ABOUT = {
    "que": ("Quê ở", {"bac": "miền Bắc", "trung": "miền Trung", "nam": "miền Nam", "": "không nói"}),
    "tuoi": ("Tuổi", {"duoi-30": "dưới 30", "30-59": "30 đến 59", "tu-60": "từ 60", "": "không nói"}),
    "tai": ("Nghe", {"ro": "bình thường", "kem": "kém", "": "không nói"}),
}
"""What a listener is asked of themselves: by field, its words and its choices; "" says nothing."""


@router.get("/nghe-thu/{test_id}")
def welcome(request: Request, station: TheStation, test_id: Id) -> Response:
    """Say what the test is, and ask three things that may be left open."""
    return _welcome(request, station, test_id)


def _welcome(request: Request, station: Station, test_id: str, error: LoaError | None = None) -> Response:
    test = files.get_test(service.folder_of(station.settings), test_id)
    is_over = station.now() >= test.until
    return page(request, "nghe_thu.html", {"test": test, "about": ABOUT, "is_over": is_over}, error=error)


@router.post("/nghe-thu/{test_id}")
def begin(
    *,
    request: Request,
    station: TheStation,
    test_id: Id,
    que: _About = "",
    tuoi: _About = "",
    tai: _About = "",
) -> Response:
    """Add a listener and go to the first question."""
    folder = service.folder_of(station.settings)
    test = files.get_test(folder, test_id)
    told = [one if one in ABOUT[name][1] else "" for name, one in zip(ABOUT, (que, tuoi, tai), strict=True)]
    try:
        cast("ListenerLimits", request.app.state.listener_limits).listens(address_of(request))
        listener = service.begin(folder, test, *told, now=station.now())
    except LoaError as error:
        return _welcome(request, station, test_id, error)
    return RedirectResponse(f"/nghe-thu/{test.id}/{listener.id}", 303)


@router.get("/nghe-thu/{test_id}/tieng/{clip}.mp3")
def sound(station: TheStation, test_id: Id, clip: Id) -> Response:
    """Send one recording."""
    folder = service.folder_of(station.settings)
    place = files.sound_of(folder, files.get_test(folder, test_id), f"{clip}.mp3")
    return FileResponse(place, media_type="audio/mpeg", headers={"Cache-Control": "private, max-age=86400"})


@router.get("/nghe-thu/{test_id}/{listener_id}")
def ask(request: Request, station: TheStation, test_id: Id, listener_id: Id) -> Response:
    """Show the listener's next question, or thanks."""
    return _question(request, station, test_id, listener_id)


@router.post("/nghe-thu/{test_id}/{listener_id}")
def answer(
    *,
    request: Request,
    station: TheStation,
    test_id: Id,
    listener_id: Id,
    cau: Annotated[int, Form(ge=0, le=1000)],
    tra_loi: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Store the answer and show the next question."""
    folder = service.folder_of(station.settings)
    test = files.get_test(folder, test_id)
    try:
        service.answer(folder, test, listener_id, cau, tra_loi, now=station.now())
    except NotFound:
        raise
    except LoaError as error:
        return _question(request, station, test_id, listener_id, typed=tra_loi, error=error)
    return RedirectResponse(f"/nghe-thu/{test.id}/{listener_id}", 303)


def _question(
    request: Request,
    station: Station,
    test_id: str,
    listener_id: str,
    *,
    typed: str = "",
    error: LoaError | None = None,
) -> Response:
    folder = service.folder_of(station.settings)
    test = files.get_test(folder, test_id)
    listener = files.get_listener(folder, test, listener_id)
    asked = service.questions_of(test, listener)
    done = len(listener.answers)
    context = {"test": test, "listener": listener, "done": done, "of": len(asked), "typed": typed}
    if done < len(asked):
        question = asked[done]
        context |= {
            "question": question,
            "sounds": service.files_of(test, question),
            "ListeningTask": ListeningTask,
        }
        context |= {"ListeningTask": ListeningTask, "same": SAME, "unsure": UNSURE}
    return page(request, "nghe_thu_cau.html", context, error=error)


@router.get("/cai-dat/nghe-thu")
def results(visit: SignedVisit) -> Response:
    """Show every listening test with what its listeners said."""
    visit.viewer.need(Act.RULE)
    folder = service.folder_of(visit.station.settings)
    address = public_address(visit.station)
    context = {
        "found": [
            (test, service.address_of(test, address), service.findings_of(folder, test))
            for test in files.tests_in(folder)[:_SHOWN]
        ],
        "percent": percent,
        "CONDITION_WORDS": CONDITION_WORDS,
        "TONE_WORDS": TONE_WORDS,
    }
    return page(visit.request, "nghe_thu_ket_qua.html", context)
