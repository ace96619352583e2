"""Vị trí: where one loudspeaker stands, set at its pole or on the map; and many at once from a file."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.upload_forms import SentByTechnician, Technician
from controller.features.fleet.queries import visible_node
from controller.features.maps.place_lists import CheckedPlace, PlaceState, check_places, place_listed
from controller.features.maps.position_files import LONGEST_PLACES, places_listed
from controller.features.maps.positions import place_nodes, typed_position
from controller.features.maps.province_page import pole_page
from controller.http.form_fields import Done
from controller.http.render import page
from controller.http.uploads import Sent, table_sent
from controller.model.permissions import Act

router = APIRouter()
_FILES = "/ban-do/vi-tri"
_DONE = {
    "nhap": "Đã ghi vị trí các cụm loa trong danh sách.",
    "khong-doi": "Các cụm loa trong danh sách đã có đúng vị trí ấy, không có gì thay đổi.",
}
_MOST_SHOWN = 300
"""Lines on a page, what is wrong first: a table of all 5,000 loudspeakers is slow on a phone."""
_SHOWN_FIRST = (PlaceState.WRONG, PlaceState.MOVED, PlaceState.NEW, PlaceState.SAME)
Degrees = Annotated[str, Form(max_length=40)]


@router.get("/cum-loa/{node_id}/vi-tri")
def ask(visit: SignedVisit, node_id: str) -> Response:
    """Show the map of the loudspeaker's commune, and the form for its place."""
    visit.viewer.need(Act.ENROL)
    return _form(visit, node_id)


@router.post("/cum-loa/{node_id}/vi-tri")
def place(
    visit: SignedVisit, node_id: str, *, vi_do: Degrees = "", kinh_do: Degrees = "", sai_so: Degrees = ""
) -> Response:
    """Set the place of one loudspeaker."""
    visit.viewer.need(Act.ENROL)
    node = visible_node(visit.store, visit.scope, node_id).id
    try:
        placed, source = typed_position(node, vi_do, kinh_do, sai_so)
        place_nodes(visit.store, [placed], source=source, **visit.stamp)
    except LoaError as error:
        return _form(visit, node_id, {"vi_do": vi_do, "kinh_do": kinh_do}, error)
    return RedirectResponse(f"/cum-loa/{node_id}?xong=vi-tri", 303)


@router.get(_FILES)
def ask_for_file(visit: SignedVisit, xong: Done = "") -> Response:
    """Show the form for a list of places."""
    visit.viewer.need(Act.ENROL)
    return _files(visit, "", done=_DONE.get(xong, ""))


@router.post(_FILES)
def bring(visit: Technician, sent: SentByTechnician) -> Response:
    """Check every line; with `viec` set the places of the list."""
    text, checked = sent.first("danh_sach"), None
    try:
        text = table_sent(sent, "danh_sach", LONGEST_PLACES)
        checked = check_places(visit.store, places_listed(text), by=visit.by)
        if sent.first("viec") != "lam" or sent.file is not None:
            return _files(visit, text, checked, sent=sent)
        done = place_listed(visit.store, text, **visit.stamp, only_good=bool(sent.first("chi_dung")))
    except LoaError as error:
        return _files(visit, text, checked, sent=sent, error=error)
    is_written = any(one.state in {PlaceState.NEW, PlaceState.MOVED} for one in done)
    return RedirectResponse(f"{_FILES}?xong={'nhap' if is_written else 'khong-doi'}", 303)


def _form(
    visit: Visit, node_id: str, typed: dict[str, str] | None = None, error: LoaError | None = None
) -> Response:
    context = dict(pole_page(visit.store, visit, node_id))
    del context["stream"]  # a picture that is set anew would lose the chosen place
    return page(
        visit.request, "vi_tri.html", context | {"typed": typed or {"vi_do": "", "kinh_do": ""}}, error=error
    )


def _files(
    visit: Visit,
    text: str,
    checked: Sequence[CheckedPlace] | None = None,
    *,
    sent: Sent | None = None,
    done: str = "",
    error: LoaError | None = None,
) -> Response:
    lines = sorted(checked or (), key=lambda one: _SHOWN_FIRST.index(one.state))
    context = {
        "text": text,
        "longest": LONGEST_PLACES,
        "checked": checked is not None,
        "lines": lines[:_MOST_SHOWN],
        "hidden": len(lines[_MOST_SHOWN:]),
        "counts": Counter(one.state for one in lines),
        "only_good": sent is not None and bool(sent.first("chi_dung")),
        "done": done,
    }
    return page(visit.request, "vi_tri_tep.html", context, error=error)
