"""Nhóm xã: the province's named groups of communes."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.area_groups.queries import area_groups, province_of
from controller.features.area_groups.schemas import MOST_GROUPED
from controller.features.area_groups.service import remove_area_group, set_area_group
from controller.http.form_fields import SentLine
from controller.http.render import page
from controller.model.permissions import Act

router = APIRouter(prefix="/nhom-xa")
Codes = Annotated[list[str] | None, Form(max_length=MOST_GROUPED)]


@router.get("")
def show(visit: SignedVisit, sua: str = "") -> Response:
    """Show the groups, and the form of one (`sua`: its name) or of a new one."""
    found = {one.name: one for one in area_groups(visit.store)}
    chosen = found.get(sua)
    return _page(visit, chosen.name if chosen else "", chosen.areas if chosen else [])


@router.post("")
def keep(visit: SignedVisit, *, ten: SentLine = "", dia_ban: Codes = None) -> Response:
    """Make a group, or give the one of that name other communes."""
    visit.viewer.need(Act.RULE, province_of(visit.store))
    try:
        set_area_group(visit, ten, dia_ban or [], **visit.stamp)
    except LoaError as error:
        return _page(visit, ten, dia_ban or [], error=error)
    return RedirectResponse("/nhom-xa", 303)


@router.post("/bo")
def remove(visit: SignedVisit, *, ten: SentLine = "") -> Response:
    """Forget a group."""
    visit.viewer.need(Act.RULE, province_of(visit.store))
    remove_area_group(visit, ten, **visit.stamp)
    return RedirectResponse("/nhom-xa", 303)


def _page(visit: Visit, name: str, chosen: list[str], *, error: LoaError | None = None) -> Response:
    top = province_of(visit.store)
    communes = sorted(
        (area for area in visit.scope.by_code.values() if area.parent == top), key=lambda area: area.name
    )
    context = {
        "groups": area_groups(visit.store),
        "name": name,
        "chosen": chosen,
        "communes": communes,
        "may_rule": visit.scope.may(visit.by, Act.RULE, [top]),
    }
    return page(visit.request, "nhom_xa.html", context, error=error)
