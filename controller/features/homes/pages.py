"""Nơi kết nối: where loudspeakers find their station, who has followed, and the form to move them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import JSONResponse, RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import FormTouch, SignedVisit, Visit
from controller.features.accounts.touches import means_of_signing
from controller.features.areas.queries import area_or_top
from controller.features.homes.operations import ask_home, sign
from controller.features.homes.queries import homes_followed
from controller.features.homes.service import WantedHome, wanted_home
from controller.features.plans.proposals import WAITS
from controller.http.form_fields import SentPassword
from controller.http.render import page
from controller.model.permissions import Act
from devices.ids import Role

router = APIRouter(prefix="/cai-dat/noi-ket-noi")
MOVES = "Đã ký. Loa sẽ chuyển trong vài phút."
LONGEST = 20_000
"""Characters of a field: four certificates have some 8,000."""
Lines = Annotated[str, Form(max_length=LONGEST)]


@dataclass(frozen=True, slots=True)
class HomeForm:
    """The form as it was typed."""

    brokers: str = ""
    authorities: str = ""
    addresses: str = ""


@router.get("")
def show(visit: SignedVisit, xong: str = "") -> Response:
    """Show the homes and how many loudspeakers have followed."""
    return _page(visit, done={"": "", "cho": WAITS}.get(xong, MOVES))


@router.post("")
def change(
    visit: SignedVisit,
    tram: Lines = "",
    chung_thu: Lines = "",
    dia_chi: Lines = "",
    mat_khau: SentPassword = "",
    *,
    touch: FormTouch,
) -> Response:
    """Try the brokers, and sign the new home of the province."""
    visit.viewer.need_province(Act.RULE)
    typed = HomeForm(tram, chung_thu, dia_chi)
    if touch.asks:
        asked = ask_home(visit, visit.tries, visit.station, _wanted(visit, typed), touch.kid)
        return JSONResponse(asked.model_dump(mode="json"))
    try:
        by = touch.or_password(visit, mat_khau)
        done = sign(visit, visit.tries, visit.station, _wanted(visit, typed), by)
    except LoaError as error:
        return _page(visit, typed=typed, error=error)
    return RedirectResponse(f"/cai-dat/noi-ket-noi?xong={'1' if done.proposal is None else 'cho'}", 303)


def _wanted(visit: Visit, typed: HomeForm) -> WantedHome:
    area = area_or_top(visit.store, None)
    brokers, addresses = typed.brokers.split(), typed.addresses.split()
    return wanted_home(area, brokers, [typed.authorities], addresses, visit.now())


def _page(
    visit: Visit, *, typed: HomeForm | None = None, error: LoaError | None = None, done: str = ""
) -> Response:
    visit.viewer.need_province(Act.RULE)
    context = {
        "homes": homes_followed(visit.store),
        "enrolled": visit.station.welcome().broker,
        "form": typed or HomeForm(),
        "area_name": visit.scope.name,
        "now": visit.now(),
        "done": done,
        **means_of_signing(visit.store, visit, Role.ADMINISTRATOR),
    }
    return page(visit.request, "noi_ket_noi.html", context, error=error)
