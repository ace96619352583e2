"""Gắn cụm loa: a code with its QR picture for a new node, or for new hardware of one in use."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.secret_codes import typed_code
from controller.features.enrolment.broker_credentials import foreign_names
from controller.features.enrolment.queries import free_name, visible_code
from controller.features.enrolment.service import make_code, open_codes, withdraw_code
from controller.features.fleet.queries import visible_node
from controller.features.fleet.service import NewNode
from controller.http.form_fields import AskedId
from controller.http.public_address import Reachable, reach_of
from controller.http.render import page
from controller.model.enrolment import Welcome
from controller.model.permissions import Act
from devices.enrolment import qr_payload
from devices.ids import AreaCode, NodeId

router = APIRouter(prefix="/gan-cum-loa")
Field = Annotated[str, Form(max_length=200)]


@router.get("")
def ask(visit: SignedVisit, cum: AskedId = "", xa: AskedId = "") -> Response:
    """Show the form (for a node in use, filled with it), and the codes that wait to be used."""
    visit.viewer.need(Act.ENROL)
    only = visit.scope.communes[0].code if len(visit.scope.communes) == 1 else ""
    form = {"dia_ban": xa if xa in visit.scope.seen else only}
    if cum:
        node = visible_node(visit.store, visit.scope, cum)
        form = {"cum": node.id, "ten": node.name, "dia_ban": node.area}
    return _form_page(visit, form)


@router.post("")
def make(
    visit: SignedVisit,
    *,
    cum: Field = "",
    ten: Field = "",
    dia_ban: Field = "",
    gio: Annotated[int, Form(ge=1, le=168)] = 24,
) -> Response:
    """Make the code, and show it with its picture this once."""
    visit.viewer.need(Act.ENROL)
    try:
        if not ten.strip():
            raise BadInput("Hãy đặt tên cho cụm loa, như “Cụm 3, chợ Xóm Mới”.", code="node.no-name")
        if not dia_ban:
            raise BadInput("Hãy chọn xã, phường của cụm loa.", code="area.none")
        taken = foreign_names(visit.store, visit.station.settings)
        node_id = cum.strip() or free_name(visit.store, dia_ban)
        node = NewNode(NodeId(node_id), AreaCode(dia_ban), ten)
        now, life = visit.now(), timedelta(hours=gio)
        row, code = make_code(visit.store, node, by=visit.by, now=now, life=life, taken=taken)
    except LoaError as error:
        form = {"cum": cum, "ten": ten, "dia_ban": dia_ban}
        return _form_page(visit, form, error)
    welcome = visit.station.welcome()
    context = {
        "node": node,
        "area": visit.scope.name(node.area),
        "code": code,
        "expires_at": row.expires_at,
        "address": welcome.address,
        "broker": welcome.broker,
        "unreached": unreached_by(welcome),
        "picture": picture_of(welcome, code),
    }
    return page(visit.request, "gan_ma.html", context)


@router.post("/{enrolment_id}/huy")
def withdraw(visit: SignedVisit, enrolment_id: str) -> Response:
    """Make a code void."""
    visit.viewer.need(Act.ENROL)
    row = visible_code(visit.store, visit.scope, enrolment_id)
    withdraw_code(visit.store, row.id, **visit.stamp)
    return RedirectResponse("/gan-cum-loa", 303)


def picture_of(welcome: Welcome, code: str, *, scale: int = 6) -> str:
    """Return the QR code that a device scans, as a data URI; `scale`: pixels a module."""
    payload = qr_payload(welcome.address, typed_code(code), welcome.root_public)
    import segno  # imported late: 2 MB, for a picture that is seldom asked for

    picture = segno.make(payload, error="m", micro=False)
    return picture.svg_data_uri(scale=scale, border=4, light="#fff", dark="#000")


def unreached_by(welcome: Welcome) -> list[str]:
    """Return the addresses in a code that lead a real device nowhere."""
    return [one for one in (welcome.address, welcome.broker) if reach_of(one) is Reachable.MACHINE]


def _form_page(visit: Visit, form: dict[str, Any], error: LoaError | None = None) -> Response:
    context = {
        "form": {"cum": "", "ten": "", "dia_ban": ""} | form,
        "areas": visit.scope.communes,
        "codes": open_codes(visit.store, visit.now(), visit.scope.seen),
        "area_name": visit.scope.name,
    }
    return page(visit.request, "gan_cum_loa.html", context, error=error)
