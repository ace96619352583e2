"""Signing in and out by JSON, and who one is."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from controller.api.models import Person, SignIn
from controller.api.refusals import refusals
from controller.errors import NotSignedIn
from controller.operators.permissions import Operator
from controller.operators.signing_in import sign_in as enter
from controller.operators.signing_in import sign_out as leave
from controller.web.pages.door import address_of, tries_of
from controller.web.viewer import Signed, TheStation, drop_cookie, set_cookie, token_of, viewer_in

router = APIRouter(tags=["people"])


@router.post("/sign-in", responses=refusals(401, 422, 429))
def sign_in(request: Request, response: Response, station: TheStation, asked: SignIn) -> Person:
    """Begin a session; the answer sets its cookie."""
    token = enter(
        station.store,
        name=asked.name,
        password=asked.password,
        address=address_of(request),
        tries=tries_of(request),
        now=station.now(),
    )
    with station.store.read() as session:
        viewer = viewer_in(session, station, token)
    if viewer is None:
        raise NotSignedIn("Phiên đăng nhập vừa tạo đã bị kết thúc. Hãy đăng nhập lại.")
    set_cookie(request, response, token)
    return _person(viewer.operator)


@router.post("/sign-out", status_code=204)
def sign_out(request: Request, response: Response, station: TheStation) -> None:
    """End the session."""
    token = token_of(request)
    if token:
        with station.store.write() as session:
            leave(session, token, station.now())
    drop_cookie(request, response)


@router.get("/me", responses=refusals(401))
def me(viewer: Signed) -> Person:
    """Return who is signed in."""
    return _person(viewer.operator)


def _person(operator: Operator) -> Person:
    return Person(
        name=operator.name,
        display_name=operator.display_name,
        roles=sorted(operator.roles),
        area=operator.area,
    )
