"""Chờ hai quản trị ký: what a first administrator has signed, in words, and the second one's signature."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import FormTouch, SignedVisit, Visit
from controller.features.accounts.touches import means_of_signing
from controller.features.confirmations.operations import ask_confirmation, confirm
from controller.features.plans.proposals import open_proposals, withdraw_proposal
from controller.http.form_fields import SentPassword
from controller.http.render import page
from controller.model.permissions import Act
from devices.ids import Role

router = APIRouter(prefix="/cho-ky")
_DONE = {"ky": "Đã ký. Thay đổi có hiệu lực.", "bo": "Đã bỏ. Không có gì thay đổi."}


@router.get("")
def show(visit: SignedVisit, xong: str = "") -> Response:
    """Show what waits for a second administrator."""
    return _page(visit, done=_DONE.get(xong, ""))


@router.post("/{proposal}/ky")
def sign(visit: SignedVisit, *, proposal: str, mat_khau: SentPassword = "", touch: FormTouch) -> Response:
    """Sign as the second administrator, by password or by one of one's devices."""
    visit.viewer.need(Act.RULE)
    if touch.asks:
        asked = ask_confirmation(visit, visit.tries, proposal, touch.kid)
        return JSONResponse(asked.model_dump(mode="json"))
    try:
        confirm(visit, visit.tries, proposal, touch.or_password(visit, mat_khau))
    except LoaError as error:
        return _page(visit, error=error)
    return RedirectResponse("/cho-ky?xong=ky", 303)


@router.post("/{proposal}/bo")
def withdraw(visit: SignedVisit, proposal: str) -> Response:
    """Put it aside."""
    visit.viewer.need(Act.RULE)
    try:
        withdraw_proposal(visit, proposal, **visit.stamp)
    except LoaError as error:
        return _page(visit, error=error)
    return RedirectResponse("/cho-ky?xong=bo", 303)


def _page(visit: Visit, *, error: LoaError | None = None, done: str = "") -> Response:
    visit.viewer.need(Act.RULE)
    context = {
        "waiting": open_proposals(visit.store, sorted(visit.scope.seen), visit.now()),
        "now": visit.now(),
        "done": done,
        **means_of_signing(visit.store, visit, Role.ADMINISTRATOR),
    }
    return page(visit.request, "cho_ky.html", context, error=error)
