"""Khóa ký: one key with what it has signed, and the two ways to end it with their difference explained."""

from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError, NotFound
from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.accounts.page_permissions import need_province
from controller.features.accounts.proof import Typed, asks_code, proven
from controller.features.accounts.viewer import Viewer
from controller.features.keys.service import compromise_key, fallout_of, get_key, retire_one_key
from controller.features.plans.key_set import keys_to_sign_for
from controller.http.render import page
from controller.http.station import Station
from controller.model.permissions import Act
from devices.ids import KeyId

router = APIRouter(prefix="/cai-dat/khoa")
_DONE = {
    "thoi-dung": "Khóa này không ký gì thêm nữa. Những gì đã ký vẫn còn giá trị.",
    "bi-lo": "Đã hủy khóa và mọi thứ khóa này đã ký. Những người liên quan đã được báo.",
}


@router.get("/{kid}")
def show(request: Request, station: TheStation, viewer: Signed, kid: str, xong: str = "") -> Response:
    """Show a key, and what would no longer be aired if it were declared compromised."""
    return _page(request, station, viewer, KeyId(kid), done=_DONE.get(xong, ""))


@router.post("/{kid}/thoi-dung")
def retire(request: Request, station: TheStation, viewer: Signed, kid: str, proof: Typed = "") -> Response:
    """Retire it."""
    return _end(request, station, viewer, KeyId(kid), proof, how="thoi-dung", act=retire_one_key)


@router.post("/{kid}/bi-lo")
def compromise(
    request: Request, station: TheStation, viewer: Signed, kid: str, proof: Typed = ""
) -> Response:
    """Declare it compromised."""
    return _end(request, station, viewer, KeyId(kid), proof, how="bi-lo", act=compromise_key)


def _end(
    request: Request,
    station: Station,
    viewer: Viewer,
    kid: KeyId,
    proof: str,
    *,
    how: str,
    act: Callable[..., object],
) -> Response:
    """End a key by one of the two acts; the administrator must authenticate again."""
    need_province(viewer, Act.RULE)
    try:
        with proven(request, station, viewer, proof) as session:
            act(session, kid, by=viewer.operator, now=station.now())
    except NotFound:
        raise
    except LoaError as error:
        return _page(request, station, viewer, kid, error=error)
    station.wake()
    return RedirectResponse(f"/cai-dat/khoa/{kid}?xong={how}", 303)


def _page(
    request: Request,
    station: Station,
    viewer: Viewer,
    kid: KeyId,
    *,
    error: LoaError | None = None,
    done: str = "",
) -> Response:
    need_province(viewer, Act.RULE)
    fallout = fallout_of(station.store, kid, station.now())
    context = {
        "fallout": fallout,
        "key": get_key(station.store, kid),
        "unsigned": keys_to_sign_for(station.store, station.now()),
        "asks_code": asks_code(station.store, viewer),
        "area_name": viewer.scope.name,
        "done": done,
    }
    return page(request, "khoa.html", context, error=error)
