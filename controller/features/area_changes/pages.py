"""Tiếng của từng địa bàn: the languages of each area, best first."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.area_changes.service import set_languages
from controller.features.areas.queries import area_languages
from controller.http.form_fields import SentId
from controller.http.render import page
from controller.model.languages import VIETNAMESE, LanguageCode, languages
from controller.model.permissions import Act
from devices.ids import AreaCode

router = APIRouter(prefix="/tieng")
MOST = 3
"""Languages of one area that the form offers; Vietnamese stands behind them anyway."""


@router.get("")
def show(visit: SignedVisit) -> Response:
    """Show the areas with a language list of their own; all others use the list of the area above."""
    return _page(visit, "", [])


@router.post("")
def choose(
    visit: SignedVisit, dia_ban: SentId = "", tieng: Annotated[list[str] | None, Form(max_length=MOST)] = None
) -> Response:
    """Set the language list of an area; an empty list removes it."""
    visit.viewer.need(Act.RULE)
    wanted = [LanguageCode(code) for code in tieng or () if code]
    try:
        if dia_ban not in visit.scope.seen:
            raise BadInput("Hãy chọn địa bàn.", code="area.unknown")
        set_languages(visit.store, AreaCode(dia_ban), wanted, **visit.stamp)
    except LoaError as error:
        return _page(visit, dia_ban, wanted, error=error)
    return RedirectResponse("/tieng", 303)


def _page(visit: Visit, area: str, chosen: list[LanguageCode], *, error: LoaError | None = None) -> Response:
    lists = area_languages(visit.store)
    known = languages()
    context: dict[str, Any] = {
        "rows": [
            (code, visit.scope.name(code), ", ".join(known[one].name for one in own if one in known))
            for code, own in lists.items()
            if code in visit.scope.seen
        ],
        "areas": sorted(
            (one for code, one in visit.scope.by_code.items() if code in visit.scope.seen),
            key=lambda one: (one.parent is not None, one.code),
        ),
        "known": [one for one in known.values() if one.code != VIETNAMESE],
        "area": area,
        "chosen": [*chosen, *[LanguageCode("")] * MOST][:MOST],
        "may_rule": visit.viewer.may(Act.RULE),
    }
    return page(visit.request, "tieng.html", context, error=error)
