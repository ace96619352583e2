"""The door: signing in and out."""

from typing import Annotated, cast
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import NotSignedIn, TooManyTries
from controller.operators.signing_in import Tries, sign_in, sign_out
from controller.web.errors import status_of
from controller.web.render import page
from controller.web.viewer import TheStation, drop_cookie, set_cookie, token_of, viewer_in

router = APIRouter()


def own_place(asked: str) -> str:
    """Return where to go after signing in: a path of ours, never another site."""
    parts = urlsplit(asked)
    is_ours = asked.startswith("/") and not asked.startswith(("//", "/\\")) and not parts.netloc
    return asked if is_ours and "\\" not in asked and not asked.startswith("/dang-nhap") else "/"


def address_of(request: Request) -> str:
    """Return where a request comes from, for limits and the journal."""
    return request.client.host if request.client else "?"


def tries_of(request: Request) -> Tries:
    """Return the site's memory of failed sign-ins."""
    return cast("Tries", request.app.state.tries)


@router.get("/dang-nhap")
def ask(request: Request, station: TheStation, den: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """Show the form; who is signed in goes on."""
    with station.store.read() as session:
        known = viewer_in(session, station, token_of(request))
    if known is not None:
        return RedirectResponse(own_place(den), 303)
    return page(request, "dang_nhap.html", {"back": own_place(den), "name": "", "fault": ""})


@router.post("/dang-nhap")
def enter(
    request: Request,
    station: TheStation,
    ten: Annotated[str, Form(max_length=200)] = "",
    mat_khau: Annotated[str, Form(max_length=500)] = "",
    den: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Sign in, or say why not; the same words for a wrong name and a wrong password."""
    try:
        token = sign_in(
            station.store,
            name=ten,
            password=mat_khau,
            address=address_of(request),
            tries=tries_of(request),
            now=station.now(),
        )
    except (NotSignedIn, TooManyTries) as error:
        context = {"back": own_place(den), "name": ten, "fault": error.sentence}
        return page(request, "dang_nhap.html", context, status=status_of(error))
    response = RedirectResponse(own_place(den), 303)
    set_cookie(request, response, token)
    return response


@router.post("/dang-xuat")
def leave(request: Request, station: TheStation) -> Response:
    """Sign out."""
    token = token_of(request)
    if token:
        with station.store.write() as session:
            sign_out(session, token, station.now())
    response = RedirectResponse("/dang-nhap", 303)
    drop_cookie(request, response)
    return response
