"""Khóa ký: one key with what it has signed, and the two ways to end it with their difference explained."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError, NotFound
from controller.features.accounts.dependencies import Proof, SignedVisit, Visit
from controller.features.accounts.proof import asks_code, proven
from controller.features.keys.service import compromise_key, fallout_of, get_key, retire_one_key
from controller.features.plans.key_set import keys_to_sign_for
from controller.http.render import page
from controller.model.local_time import ZONE, midnight_of
from controller.model.permissions import Act
from devices.ids import KeyId

router = APIRouter(prefix="/cai-dat/khoa")
_DONE = {
    "thoi-dung": "Khóa này không ký gì thêm nữa. Những gì đã ký vẫn còn giá trị.",
    "bi-lo": "Đã hủy khóa và mọi thứ khóa này đã ký. Những người liên quan đã được báo.",
}


@router.get("/{kid}")
def show(visit: SignedVisit, kid: str, xong: str = "", tu: str = "") -> Response:
    """Show a key, and what would no longer be aired if it were declared compromised since a day."""
    return _page(visit, KeyId(kid), done=_DONE.get(xong, ""), since=_day_of(tu))


@router.post("/{kid}/thoi-dung")
def retire(visit: SignedVisit, kid: str, proof: Proof = "") -> Response:
    """Retire it."""
    return _end(visit, KeyId(kid), proof, how="thoi-dung", act=retire_one_key)


@router.post("/{kid}/bi-lo")
def compromise(
    visit: SignedVisit, kid: str, proof: Proof = "", tu: Annotated[str, Form(max_length=10)] = ""
) -> Response:
    """Declare it compromised, since a day or from the first."""
    act = partial(compromise_key, since=midnight_of(_day_of(tu)))
    return _end(visit, KeyId(kid), proof, how="bi-lo", act=act)


def _day_of(written: str) -> date | None:
    """Return the day of a form's field; empty: none. BadInput for anything else."""
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise BadInput("Ngày không đúng.", code="keys.day") from None


def _end(visit: Visit, kid: KeyId, proof: str, *, how: str, act: Callable[..., object]) -> Response:
    """End a key by one of the two acts; the administrator must authenticate again."""
    visit.viewer.need_province(Act.RULE)
    try:
        with proven(visit, visit.tries, proof) as session:
            act(session, kid, by=visit.by, now=visit.now())
    except NotFound:
        raise
    except LoaError as error:
        return _page(visit, kid, error=error)
    visit.station.wake()
    return RedirectResponse(f"/cai-dat/khoa/{kid}?xong={how}", 303)


def _page(
    visit: Visit, kid: KeyId, *, error: LoaError | None = None, done: str = "", since: date | None = None
) -> Response:
    visit.viewer.need_province(Act.RULE)
    fallout = fallout_of(visit.store, kid, visit.now(), midnight_of(since))
    context = {
        "fallout": fallout,
        "key": get_key(visit.store, kid),
        "unsigned": keys_to_sign_for(visit.store, visit.now()),
        "asks_code": asks_code(visit.store, visit.viewer),
        "area_name": visit.scope.name,
        "done": done,
        "since": since,
        "today": visit.now().astimezone(ZONE).date(),
    }
    return page(visit.request, "khoa.html", context, error=error)
