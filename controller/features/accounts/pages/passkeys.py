"""Khóa ký trên thiết bị: one's own devices that sign, enrolled, named and removed; closed to tokens."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.responses import JSONResponse, RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import InPersonVisit, Visit
from controller.features.accounts.passkey_enrolment import (
    LONGEST_ANSWER,
    begin_passkey,
    finish_passkey,
    remove_own_passkey,
    site_of,
)
from controller.features.accounts.passkeys import NO_SITE, passkeys_of, rename_passkey
from controller.features.accounts.proof import has_password
from controller.features.accounts.second_factor import has_second_factor
from controller.http.form_fields import Done, SentCode, SentId, SentLine, SentPassword
from controller.http.render import page

router = APIRouter(prefix="/tai-khoan/khoa-thiet-bi")
_DONE = {
    "gan": "Đã gắn thiết bị. Khóa dùng được sau khi quản trị ký lại bộ khóa; hãy đọc mã khóa cho quản trị.",
    "ten": "Đã đổi tên thiết bị.",
    "bo": "Đã bỏ thiết bị. Những gì đã ký vẫn còn giá trị.",
}


@router.get("")
def show(visit: InPersonVisit, xong: Done = "") -> Response:
    """Show one's devices."""
    return _page(visit, done=_DONE.get(xong, ""))


@router.post("/bat-dau")
def begin(visit: InPersonVisit) -> Response:
    """Tell the page's script what the browser needs to make a passkey."""
    return JSONResponse(begin_passkey(visit))


@router.post("")
def add(
    visit: InPersonVisit,
    *,
    ten: SentLine = "",
    mat_khau: SentPassword = "",
    ma: SentCode = "",
    luc: SentId = "",
    tra_loi: Annotated[str, Form(max_length=LONGEST_ANSWER)] = "",
) -> Response:
    """Enrol the device that answered."""
    try:
        finish_passkey(visit, visit.tries, name=ten, password=mat_khau, code=ma, at=luc, answer=tra_loi)
    except LoaError as error:
        return _page(visit, error=error, name=ten)
    return RedirectResponse("/tai-khoan/khoa-thiet-bi?xong=gan", 303)


@router.post("/{passkey}/ten")
def rename(visit: InPersonVisit, *, passkey: str, ten: SentLine = "") -> Response:
    """Give a device another name."""
    try:
        rename_passkey(visit.store, passkey, ten, by=visit.by, now=visit.now())
    except LoaError as error:
        return _page(visit, error=error)
    return RedirectResponse("/tai-khoan/khoa-thiet-bi?xong=ten", 303)


@router.post("/{passkey}/bo")
def remove(visit: InPersonVisit, *, passkey: str, mat_khau: SentPassword = "") -> Response:
    """Remove a device."""
    try:
        remove_own_passkey(visit, visit.tries, passkey, mat_khau)
    except LoaError as error:
        return _page(visit, error=error)
    return RedirectResponse("/tai-khoan/khoa-thiet-bi?xong=bo", 303)


def _page(visit: Visit, *, error: LoaError | None = None, done: str = "", name: str = "") -> Response:
    site = site_of(visit)
    context: dict[str, Any] = {
        "passkeys": passkeys_of(visit.store, visit.by.id, visit.now()),
        "site": site,
        "no_site": NO_SITE,
        "has_factor": has_second_factor(visit.store, visit.by.id),
        "has_password": has_password(visit.store, visit.by.id),
        "name": name,
        "done": done,
    }
    return page(visit.request, "khoa_thiet_bi.html", context, error=error)
