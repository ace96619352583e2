"""Theo dõi: a browser follows a commune, asks whether it does, and stops; the page's script sends these."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import TheStation
from controller.features.listeners.follows import follow_commune, followed, unfollow_commune
from controller.features.listeners.rate_limits import limits_of
from controller.http.form_fields import SentLine
from controller.http.refusals import status_of
from controller.http.requests import address_of
from devices.ids import AreaCode

router = APIRouter(prefix="/cong-khai/{area}/theo-doi")
Code = Annotated[str, Path(max_length=64)]
PushAddress = Annotated[str, Form(max_length=1000)]


@router.post("")
def follow(
    *,
    request: Request,
    station: TheStation,
    area: Code,
    dia_chi: PushAddress = "",
    khoa: SentLine = "",
    tin: SentLine = "",
) -> Response:
    """Follow the commune, or choose anew what is told."""
    code = AreaCode(area)
    try:
        limits_of(request).follows(address_of(request))
        follow_commune(
            station.store,
            code,
            address=dia_chi,
            keys=khoa,
            bulletins=bool(tin),
            settings=station.settings,
            now=station.now(),
        )
    except LoaError as error:
        return _said({"sentence": error.sentence}, status_of(error))
    station.wake()
    return _state(station, code, dia_chi)


@router.post("/xem")
def look(station: TheStation, area: Code, dia_chi: PushAddress = "") -> Response:
    """Say whether this browser follows the commune; who does not have its address learns nothing."""
    return _state(station, AreaCode(area), dia_chi)


@router.post("/bo")
def unfollow(request: Request, station: TheStation, area: Code, dia_chi: PushAddress = "") -> Response:
    """Follow no more: the address is deleted."""
    try:
        limits_of(request).follows(address_of(request))
    except LoaError as error:
        return _said({"sentence": error.sentence}, status_of(error))
    unfollow_commune(station.store, AreaCode(area), address=dia_chi)
    return _state(station, AreaCode(area), dia_chi)


def _state(station: TheStation, code: AreaCode, address: str) -> Response:
    bulletins = followed(station.store, code, address=address)
    return _said({"follows": bulletins is not None, "bulletins": bool(bulletins)})


def _said(told: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(told, status)
