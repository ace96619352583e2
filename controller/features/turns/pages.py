"""Phát theo lượt: areas whose neighbouring loudspeakers speak one after the other."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.turns.queries import areas_in_turns
from controller.features.turns.schemas import AreaTurnsAsked
from controller.features.turns.service import MAY_SET, remove_area_turns, set_area_turns
from controller.http.form_fields import SentId
from controller.http.render import page
from devices.ids import AreaCode
from schedules.turns import FEWEST, MOST, whole_ms

router = APIRouter(prefix="/phat-theo-luot")

_USUAL = 4
"""Enough where loudspeakers stand some 300 m apart."""
_EXAMPLE_MS = 5 * 60_000


class TurnsTyped(BaseModel):
    """What the form holds; nothing is refused before it can be shown again."""

    dia_ban: str = ""
    luot: str = str(_USUAL)

    def asked(self) -> AreaTurnsAsked:
        """Return what it means; what is no number is none that is allowed."""
        most = int(self.luot) if self.luot.isascii() and self.luot.isdigit() else 0
        return AreaTurnsAsked.model_construct(area=self.dia_ban, most=most)


@router.get("")
def show(visit: SignedVisit) -> Response:
    """Show which areas speak in turns, and the form of one."""
    return _page(visit, TurnsTyped(dia_ban=visit.scope.home))


@router.post("")
def keep(visit: SignedVisit, form: Annotated[TurnsTyped, Form()]) -> Response:
    """Say how many turns an area's loudspeakers may take from now on."""
    try:
        set_area_turns(visit, form.asked(), **visit.stamp)
    except LoaError as error:
        return _page(visit, form, error=error)
    return RedirectResponse("/phat-theo-luot", 303)


@router.post("/bo")
def remove(visit: SignedVisit, dia_ban: SentId = "") -> Response:
    """Have an area speak as those above it again."""
    try:
        remove_area_turns(visit, dia_ban, **visit.stamp)
    except LoaError as error:
        return _page(visit, TurnsTyped(dia_ban=visit.scope.home), error=error)
    return RedirectResponse("/phat-theo-luot", 303)


def _page(visit: Visit, form: TurnsTyped, *, error: LoaError | None = None) -> Response:
    scope = visit.scope
    found = areas_in_turns(visit.store, scope.hears)
    context: dict[str, Any] = {
        "found": [(one, whole_ms(_EXAMPLE_MS, one.turns), _may(visit, one.area)) for one in found],
        "form": form,
        "choices": range(FEWEST, MOST + 1),
        "areas": [area for area in scope.by_code.values() if _may(visit, area.code)],
    }
    return page(visit.request, "phat_theo_luot.html", context, error=error)


def _may(visit: Visit, area: str) -> bool:
    return visit.scope.may(visit.by, MAY_SET, [AreaCode(area)])
