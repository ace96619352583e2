"""Hướng dẫn: the strip of a trial's guided commune; roles by one touch, plugs, put away and brought back.

None of it is there at a station with real loudspeakers.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import NotFound
from controller.features.accounts.dependencies import SignedVisit, TheStation, set_cookie, tries_of
from controller.features.accounts.pages.sign_in import own_place
from controller.features.accounts.sessions import sign_in, sign_out
from controller.features.guide.service import note_plug
from controller.http.form_fields import SentId, SentLine
from controller.http.render import page
from controller.http.requests import TOUR_COOKIE, address_of, is_from_this_machine, token_of
from controller.http.station import Station, Trial

router = APIRouter(prefix="/huong-dan")
Back = Annotated[str, Form(max_length=500)]
_HALF_A_YEAR = 183 * 86_400


@router.get("/dai")
def show(visit: SignedVisit, den: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """Return the strip as it is now, on the page `den`, which asks again every few seconds."""
    _trial_of(visit.station)
    return page(visit.request, "huong_dan/dai.html", {"asked_from": own_place(den)})


@router.post("/vai")
def take_role(request: Request, station: TheStation, vai: SentLine = "", den: Back = "/") -> Response:
    """Sign in as one of the trial's people, with the password that the trial knows; on this machine alone."""
    trial = _trial_of(station)
    password = trial.passwords().get(vai)
    if password is None or not is_from_this_machine(request):
        raise NotFound("Vai này không có ở đây. Hãy đăng nhập bằng tên và mật khẩu.", code="trial.no-role")
    token = sign_in(
        station.store,
        name=vai,
        password=password,
        address=address_of(request),
        tries=tries_of(request),
        now=station.now(),
    )
    if token_of(request):
        sign_out(station.store, token_of(request), station.now())
    response = RedirectResponse(own_place(den), 303)
    set_cookie(request, response, token)
    return response


@router.post("/phich")
def plug(visit: SignedVisit, cum: SentId = "", cam: SentId = "", den: Back = "/") -> Response:
    """Pull the plug of a simulated loudspeaker, or (`cam`) put it in again."""
    trial = _trial_of(visit.station)
    node = note_plug(visit, cum, is_in=bool(cam), **visit.stamp)
    trial.plug(node, is_in=bool(cam))
    return RedirectResponse(own_place(den), 303)


@router.post("/cat")
def put_away(visit: SignedVisit, den: Back = "/") -> Response:
    """Put the strip away, in this browser."""
    _trial_of(visit.station)
    response = RedirectResponse(own_place(den), 303)
    response.set_cookie(TOUR_COOKIE, "cat", max_age=_HALF_A_YEAR, httponly=True, samesite="lax")
    return response


@router.post("/mo")
def bring_back(visit: SignedVisit, den: Back = "/") -> Response:
    """Bring the strip back."""
    _trial_of(visit.station)
    response = RedirectResponse(own_place(den), 303)
    response.delete_cookie(TOUR_COOKIE, httponly=True, samesite="lax")
    return response


def _trial_of(station: Station) -> Trial:
    if station.trial is None:
        raise NotFound("Đài này không phải đài chạy thử.", code="trial.none")
    return station.trial
