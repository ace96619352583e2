"""Pages for signing in by password and code, signing out, and creating the first administrator."""

from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError, NotAllowed, NotFound, NotSignedIn, TooManyTries
from controller.features.accounts.dependencies import (
    Signed,
    TheStation,
    device_of,
    drop_cookie,
    note_tried,
    remember_device,
    set_cookie,
    tries_of,
    viewer_in,
)
from controller.features.accounts.queries import has_administrator
from controller.features.accounts.rate_limits import BearerSecret
from controller.features.accounts.sessions import complete_sign_in, person_awaiting_code, sign_in, sign_out
from controller.http.form_fields import Done, SentCode, SentLine, SentPassword
from controller.http.lanes import in_lane, lanes_of
from controller.http.render import page
from controller.http.requests import address_of, is_from_this_machine, station_of, token_of
from controller.http.station import Station
from controller.model.first_people import FIRST_OPERATORS, OF_A_COMMUNE, FirstOperator

router = APIRouter()
_SPACE = 32  # characters below it, tabs and line ends among them, are dropped by browsers: `/\t/xau.test`


def own_place(asked: str) -> str:
    """Return the path to open after signing in: a path of this site, never another site."""
    if not asked.startswith("/") or asked.startswith(("//", "/dang-nhap")):
        return "/"
    if "\\" in asked or any(ord(letter) < _SPACE for letter in asked) or urlsplit(asked).netloc:
        return "/"
    return asked


_DONE = {
    "mat-khau": "Đã đổi mật khẩu. Hãy đăng nhập bằng mật khẩu mới.",
    "bat-dau": "Đã mở tài khoản quản trị. Hãy đăng nhập.",
}


@router.get("/dang-nhap")
def ask(
    request: Request, station: TheStation, den: Annotated[str, Query(max_length=500)] = "/", xong: Done = ""
) -> Response:
    """Show the form; a signed-in person is redirected. `xong`: the action that led here."""
    known = viewer_in(station.store, request, token_of(request))
    begun = has_administrator(station.store)
    if known is not None:
        return RedirectResponse(own_place(den), 303)
    context = {"back": own_place(den), "name": "", "begun": begun, "done": _DONE.get(xong, "")}
    return page(request, "dang_nhap.html", context | {"roles": _roles_of_a_trial(request, station)})


@router.get("/con-phien")
def still_signed_in(viewer: Signed) -> Response:
    """Confirm that the session is valid: a page asks before it sends a long typed form."""
    del viewer
    return Response(status_code=204)


@router.post("/dang-nhap")
async def enter(
    request: Request,
    ten: SentLine = "",
    mat_khau: SentPassword = "",
    den: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Sign in, or show why not; same words for a wrong name and a wrong password."""
    device = device_of(request, ten)
    door = lanes_of(request).door if device is None else lanes_of(request).known_door
    try:
        return await door.run(_enter, request, ten, mat_khau, den, device)
    except (NotSignedIn, TooManyTries) as error:
        await in_lane(note_tried, request, ten, error)
        context = {"back": own_place(den), "name": ten, "begun": True}
        response = await in_lane(page, request, "dang_nhap.html", context, error=error)
        if isinstance(error, TooManyTries):
            response.headers["Retry-After"] = str(error.retry_after)
        return response


def _enter(request: Request, name: str, password: str, den: str, device: str | None) -> Response:
    station = station_of(request)
    token = sign_in(
        station.store,
        name=name,
        password=password,
        address=address_of(request),
        tries=tries_of(request),
        now=station.now(),
        device=device,
    )
    end_former(request, station)
    awaits_code = person_awaiting_code(station.store, token, station.now()) is not None
    place = own_place(den)
    response = RedirectResponse(code_page(place) if awaits_code else place, 303)
    set_cookie(request, response, token)
    if not awaits_code:
        remember_device(request, response, name)
    return response


def code_page(back: str) -> str:
    """Return where the second factor is asked, on the way to a page of this site."""
    return f"/dang-nhap/ma?den={quote(back, safe='')}"


@router.get("/dang-nhap/ma")
def ask_code(
    request: Request, station: TheStation, den: Annotated[str, Query(max_length=500)] = "/"
) -> Response:
    """Ask for the second factor of a person whose password was right."""
    person = person_awaiting_code(station.store, token_of(request), station.now())
    if person is None:
        return RedirectResponse("/dang-nhap", 303)
    return page(request, "dang_nhap_ma.html", {"back": own_place(den)})


@router.post("/dang-nhap/ma")
def enter_code(
    request: Request, station: TheStation, ma: SentCode = "", den: Annotated[str, Form(max_length=500)] = "/"
) -> Response:
    """Check the code; the browser gets a new session, which is signed in."""
    person = person_awaiting_code(station.store, token_of(request), station.now())
    name = "" if person is None else person.name
    request.state.tried = "" if person is None else person.id
    try:
        token = complete_sign_in(
            station.store,
            token=token_of(request),
            code=ma,
            address=address_of(request),
            tries=tries_of(request),
            now=station.now(),
            device=device_of(request, name),
        )
    except (NotAllowed, NotSignedIn, TooManyTries) as error:
        if error.code == "operator.sign-in-expired":
            context = {"back": own_place(den), "name": "", "begun": True}
            return page(request, "dang_nhap.html", context, error=error)
        request.state.refusal = error.code
        return page(request, "dang_nhap_ma.html", {"back": own_place(den)}, error=error)
    response = RedirectResponse(own_place(den), 303)
    set_cookie(request, response, token)
    remember_device(request, response, name)
    return response


@router.post("/dang-xuat")
def leave(request: Request, station: TheStation) -> Response:
    """Sign out."""
    end_former(request, station)
    response = RedirectResponse("/dang-nhap", 303)
    drop_cookie(request, response)
    return response


@router.get("/bat-dau")
def ask_first(request: Request, station: TheStation) -> Response:
    """Show the form of the first administrator; NotFound once one exists."""
    _check_not_begun(station)
    return page(request, "bat_dau.html", {"name": "", "shown": ""})


@router.post("/bat-dau")
def begin(
    request: Request,
    station: TheStation,
    *,
    ma: SentCode = "",
    ten: SentLine = "",
    ten_hien: SentLine = "",
    mat_khau: SentPassword = "",
    lap_lai: SentPassword = "",
) -> Response:
    """Open the first administrator's account with the code that was made on the server."""
    _check_not_begun(station)
    address, tries = address_of(request), tries_of(request)
    context = {"name": ten, "shown": ten_hien}
    try:
        tries.check_offered(BearerSecret.FIRST_CODE, address)
        if mat_khau != lap_lai:
            return page(
                request, "bat_dau.html", context | {"fault": "Hai lần nhập mật khẩu khác nhau."}, status=422
            )
        station.first_administrator(code=ma, name=ten, display_name=ten_hien, password=mat_khau)
    except LoaError as error:
        if error.code == "operator.wrong-first-code":
            tries.failed_offered(BearerSecret.FIRST_CODE, address)
        return page(request, "bat_dau.html", context, error=error)
    station.wake()
    return RedirectResponse("/dang-nhap?xong=bat-dau", 303)


def _roles_of_a_trial(request: Request, station: Station) -> list[FirstOperator]:
    """Return the people whom a browser on the machine of a trial may become at a touch."""
    if station.trial is None or not is_from_this_machine(request):
        return []
    known = station.trial.passwords()
    return [one for one in (OF_A_COMMUNE, *FIRST_OPERATORS) if one.name in known]


def _check_not_begun(station: Station) -> None:
    if has_administrator(station.store):
        raise NotFound("Đài đã có quản trị. Hãy đăng nhập.", code="operator.has-administrator")


def end_former(request: Request, station: Station) -> None:
    """End the session whose cookie the browser sent."""
    former = token_of(request)
    if former:
        sign_out(station.store, former, station.now())
