"""Signing in by an OpenID provider: the way there, the way back, and linking one's own account to it."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError, NotFound, NotSignedIn, ProviderRefused
from controller.features.accounts.dependencies import InPersonVisit, Visit, in_person, set_cookie, tries_of
from controller.features.accounts.pages.sign_in import code_page, end_former, own_place
from controller.features.accounts.proof import check_present
from controller.features.accounts.provider_accounts import enter_by_provider, link_provider, unlink_provider
from controller.features.accounts.provider_flow import LIFE, Flow, begin_flow, opened_flow, sealed_flow
from controller.features.accounts.rate_limits import BearerSecret, Purpose
from controller.features.accounts.secret_codes import digest_of_secret
from controller.features.accounts.sessions import person_awaiting_code
from controller.http.form_fields import SentPassword
from controller.http.lanes import in_lane, lanes_of
from controller.http.public_address import public_address
from controller.http.render import page
from controller.http.requests import address_of, cookie_name, station_of
from controller.http.station import Station
from controller.model.provider import ProviderSaid, ProviderWay
from controller.store.engine import JournalSigner

router = APIRouter()
_BACK = "/dang-nhap/co-quan/ve"
_Answer = Annotated[str, Query(max_length=2000)]


@router.get("/dang-nhap/co-quan")
async def go(request: Request, den: Annotated[str, Query(max_length=500)] = "/", lai: str = "") -> Response:
    """Send the browser to the provider; `lai`: the person is to sign in there anew."""
    try:
        return await lanes_of(request).provider.run(_go, request, own_place(den), bool(lai))
    except LoaError as error:
        if isinstance(error, NotFound):
            raise
        return await in_lane(_door, request, own_place(den), error)


@router.get(_BACK)
async def come_back(
    request: Request, state: _Answer = "", code: _Answer = "", error: _Answer = "", iss: _Answer = ""
) -> Response:
    """Let the person in whom the provider sends back, or link them, or say why not."""
    try:
        answer = code if not error else ""
        response = await lanes_of(request).provider.run(_come_back, request, state, answer, iss)
    except LoaError as fault:
        if isinstance(fault, NotFound):
            raise
        request.state.refusal = fault.code
        response = await in_lane(_door, request, "/", fault)
    secure = request.url.scheme == "https"
    response.delete_cookie(
        _cookie_name(request), path="/dang-nhap", secure=secure, httponly=True, samesite="lax"
    )
    return response


@router.post("/tai-khoan/co-quan")
async def link(visit: InPersonVisit, mat_khau: SentPassword = "") -> Response:
    """Check the password, then show the link to the provider: a form may not lead to another site."""
    return await lanes_of(visit.request).provider.run(_set_out_to_link, visit, mat_khau)


def _set_out_to_link(visit: Visit, password: str) -> Response:
    way, _ = _way(visit.station)
    try:
        with visit.tries.counted(visit.viewer.tried_as, Purpose.ACCOUNT):
            check_present(visit, password)
        flow = begin_flow(
            "/tai-khoan", visit.now(), afresh=True, link_for=digest_of_secret(visit.viewer.token)
        )
        address = way.provider.address_for(flow.begun, _redirect(visit.station), afresh=True)
    except LoaError as error:
        return page(visit.request, "noi_co_quan.html", {"address": ""}, error=error)
    response = page(visit.request, "noi_co_quan.html", {"address": address})
    _keep(visit.request, response, flow)
    return response


@router.post("/tai-khoan/co-quan/bo")
def unlink(visit: InPersonVisit, mat_khau: SentPassword = "") -> Response:
    """Let the provider's person in no more; one signs in anew by the password."""
    try:
        with visit.tries.counted(visit.viewer.tried_as, Purpose.ACCOUNT):
            check_present(visit, mat_khau)
        unlink_provider(visit, visit.by.id, **visit.stamp)
    except LoaError as error:
        return page(visit.request, "noi_co_quan.html", {"address": ""}, error=error)
    return RedirectResponse("/dang-nhap", 303)


def _go(request: Request, back: str, afresh: bool) -> Response:  # noqa: FBT001 - positional through the lane
    station = station_of(request)
    way, _ = _way(station)
    flow = begin_flow(back, station.now(), afresh=afresh)
    response = RedirectResponse(way.provider.address_for(flow.begun, _redirect(station), afresh=afresh), 303)
    _keep(request, response, flow)
    return response


def _come_back(request: Request, state: str, code: str, issuer: str) -> Response:
    station, tries, address = station_of(request), tries_of(request), address_of(request)
    way, _ = _way(station)
    tries.check_offered(BearerSecret.PROVIDER, address)
    try:
        flow, said = _judge(request, way, state, code, issuer)
        if flow.link_for:
            return _link(request, flow, said)
        token = enter_by_provider(
            station.store, way, said, address=address, now=station.now(), fresh=flow.afresh
        )
    except NotSignedIn:
        tries.failed_offered(BearerSecret.PROVIDER, address)
        raise
    end_former(request, station)
    awaits_code = person_awaiting_code(station.store, token, station.now()) is not None
    response = RedirectResponse(code_page(flow.back) if awaits_code else flow.back, 303)
    set_cookie(request, response, token)
    return response


def _judge(
    request: Request, way: ProviderWay, state: str, code: str, issuer: str
) -> tuple[Flow, ProviderSaid]:
    """Return whom the provider names, if this browser set out for it, comes back once, and from there."""
    station = station_of(request)
    _, signer = _way(station)
    flow = opened_flow(signer, request.cookies.get(_cookie_name(request), ""), state, station.now())
    is_first = tries_of(request).is_first_use(flow.begun.state)
    if not is_first or (issuer and issuer != way.provider.issuer) or not code:
        raise ProviderRefused
    since = flow.at if flow.afresh else None
    said = way.provider.person_of(flow.begun, _redirect(station), code, now=station.now(), since=since)
    return flow, said


def _link(request: Request, flow: Flow, said: ProviderSaid) -> Response:
    viewer, station = in_person(request), station_of(request)
    if digest_of_secret(viewer.token) != flow.link_for:
        raise ProviderRefused
    try:
        link_provider(station.store, said, by=viewer.operator, now=station.now())
    except LoaError as error:
        return page(request, "noi_co_quan.html", {"address": ""}, error=error)
    return RedirectResponse("/tai-khoan?xong=noi", 303)


def _door(request: Request, back: str, error: LoaError) -> Response:
    return page(request, "dang_nhap.html", {"back": back, "name": "", "begun": True}, error=error)


def _way(station: Station) -> tuple[ProviderWay, JournalSigner]:
    if station.provider is None or station.store.signer is None:
        raise NotFound("Đài này không đăng nhập qua hệ thống nào khác.", code="provider.none")
    return station.provider, station.store.signer


def _keep(request: Request, response: Response, flow: Flow) -> None:
    _, signer = _way(station_of(request))
    response.set_cookie(
        _cookie_name(request),
        sealed_flow(signer, flow),
        max_age=int(LIFE.total_seconds()),
        path="/dang-nhap",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def _cookie_name(request: Request) -> str:
    # not `__Host-`: it goes to the pages of signing in alone
    return f"{cookie_name(request).replace('__Host-', '__Secure-')}-co-quan"


def _redirect(station: Station) -> str:
    return f"{public_address(station)}{_BACK}"
