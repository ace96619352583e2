"""Vị trí: where one loudspeaker stands, set at its pole or on the map; and many at once from a file."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.upload_forms import SentByTechnician, Technician
from controller.features.fleet.queries import visible_node
from controller.features.maps.position_files import LARGEST_POSITIONS, read_positions
from controller.features.maps.positions import place_nodes, typed_position
from controller.features.maps.province_page import pole_page
from controller.http.form_fields import Done
from controller.http.render import page
from controller.model.fleet import PositionSource
from controller.model.permissions import Act

router = APIRouter()
_FILES = "/ban-do/vi-tri"
_DONE = {"nhap": "Đã ghi vị trí các cụm loa trong tệp."}
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
    """Show the form for a file of positions."""
    visit.viewer.need(Act.ENROL)
    return _files(visit, done=_DONE.get(xong, ""))


@router.post(_FILES)
def bring(visit: Technician, sent: SentByTechnician) -> Response:
    """Set the places in a file; one wrong line refuses all of it."""
    try:
        if sent.file is None:
            raise BadInput("Hãy chọn một tệp CSV rồi gửi lại.", code="position.nothing")
        placed = read_positions(sent.file.read(LARGEST_POSITIONS + 1))
        place_nodes(visit.store, placed, source=PositionSource.FILE, **visit.stamp)
    except LoaError as error:
        return _files(visit, error=error)
    return RedirectResponse(f"{_FILES}?xong=nhap", 303)


def _form(
    visit: Visit, node_id: str, typed: dict[str, str] | None = None, error: LoaError | None = None
) -> Response:
    context = dict(pole_page(visit.store, visit, node_id))
    del context["stream"]  # a picture that is set anew would lose the chosen place
    return page(
        visit.request, "vi_tri.html", context | {"typed": typed or {"vi_do": "", "kinh_do": ""}}, error=error
    )


def _files(visit: Visit, *, done: str = "", error: LoaError | None = None) -> Response:
    return page(visit.request, "vi_tri_tep.html", {"done": done}, error=error)
