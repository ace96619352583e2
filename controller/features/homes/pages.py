"""Nơi kết nối: where loudspeakers find their station, who has followed, and the form to move them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.areas.queries import area_or_top
from controller.features.homes.operations import sign
from controller.features.homes.queries import homes_followed
from controller.features.homes.service import wanted_home
from controller.http.form_fields import SentPassword
from controller.http.render import page
from controller.model.permissions import Act

router = APIRouter(prefix="/cai-dat/noi-ket-noi")
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
    return _page(visit, done="Đã ký. Loa sẽ chuyển trong vài phút." if xong else "")


@router.post("")
def change(
    visit: SignedVisit,
    tram: Lines = "",
    chung_thu: Lines = "",
    dia_chi: Lines = "",
    mat_khau: SentPassword = "",
) -> Response:
    """Try the brokers, and sign the new home of the province."""
    visit.viewer.need_province(Act.RULE)
    typed = HomeForm(tram, chung_thu, dia_chi)
    try:
        area = area_or_top(visit.store, None)
        wanted = wanted_home(area, tram.split(), [chung_thu], dia_chi.split(), visit.now())
        sign(visit, visit.tries, visit.station, wanted, mat_khau)
    except LoaError as error:
        return _page(visit, typed=typed, error=error)
    visit.station.wake()
    return RedirectResponse("/cai-dat/noi-ket-noi?xong=1", 303)


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
    }
    return page(visit.request, "noi_ket_noi.html", context, error=error)
