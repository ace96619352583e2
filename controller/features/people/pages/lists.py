"""Thêm nhiều người: a list is checked line by line first, then all of its accounts are opened, or none."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import Proof, SignedVisit, Visit
from controller.features.accounts.people_list import LONGEST_LIST, MOST_AT_ONCE, ListedPerson, people_listed
from controller.features.accounts.people_operations import checked_people, open_accounts
from controller.features.accounts.proof import asks_code
from controller.http.render import page
from controller.model.permissions import Act

router = APIRouter(prefix="/nguoi-dung/nhap")


@router.get("")
def ask(visit: SignedVisit) -> Response:
    """Show the field of the list."""
    visit.viewer.need(Act.RULE)
    return _page(visit, "")


@router.post("")
def take(
    visit: SignedVisit,
    danh_sach: Annotated[str, Form(max_length=LONGEST_LIST)] = "",
    lam: Annotated[str, Form(max_length=1)] = "",
    chi_dung: Annotated[str, Form(max_length=1)] = "",
    proof: Proof = "",
) -> Response:
    """Check every line; with `lam`, open the accounts and show their passwords this once."""
    visit.viewer.need(Act.RULE)
    found: list[ListedPerson] = []
    try:
        found = people_listed(danh_sach, visit.scope.area_named)
        if lam:
            made = open_accounts(visit, visit.tries, proof, found, only_good=bool(chi_dung))
            return page(visit.request, "nguoi_dung_da_nhap.html", {"made": made})
        found = checked_people(visit, found)
    except LoaError as error:
        return _page(visit, danh_sach, found, error=error)
    return _page(visit, danh_sach, found)


def _page(
    visit: Visit, text: str, found: list[ListedPerson] | None = None, *, error: LoaError | None = None
) -> Response:
    people = found or []
    context = {
        "text": text,
        "people": people,
        "wrong": sum(bool(one.fault) for one in people),
        "most": MOST_AT_ONCE,
        "asks_code": asks_code(visit.store, visit.viewer),
    }
    return page(visit.request, "nguoi_dung_nhap.html", context, error=error)
