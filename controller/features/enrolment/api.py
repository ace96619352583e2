"""Enrolment of nodes by a code: making codes for technicians, and the one call that a node itself makes."""

from datetime import timedelta

from starlette.requests import Request

from controller.errors import NotAllowed, NotFound
from controller.features.accounts.dependencies import SignedVisit, TheStation, tries_of
from controller.features.accounts.rate_limits import BearerSecret
from controller.features.accounts.secret_codes import typed_code
from controller.features.accounts.viewer import Viewer
from controller.features.enrolment.broker_credentials import foreign_names
from controller.features.enrolment.schemas import CodeMade, CodeShown, NewCode
from controller.features.enrolment.service import claim_code, claimable, make_code, open_codes, withdraw_code
from controller.features.fleet.service import NewNode
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.requests import address_of
from controller.model.permissions import Act
from devices.enrolment import EnrolmentClaim, EnrolmentReply, qr_payload
from devices.ids import AreaCode, NodeId

router = json_router(tags=["enrolment"])


@router.get("/enrolments", responses=refusals(401))
def index(visit: SignedVisit) -> list[CodeShown]:
    """Return the codes that can still be claimed in the person's area, newest first."""
    check_enrols(visit.viewer)
    return [CodeShown.of(row) for row in open_codes(visit.store, visit.now(), visit.scope.seen)]


@router.post("/enrolments", status_code=201, responses=refusals(401, 404, 409, 422))
def create(visit: SignedVisit, asked: NewCode) -> CodeMade:
    """Make a code for a node; for one in use, the hardware that claims it replaces the present one."""
    node = NewNode(NodeId(asked.node), AreaCode(asked.area), asked.name)
    taken = foreign_names(visit.store, visit.station.settings)
    row, code = make_code(visit.store, node, **visit.stamp, life=timedelta(hours=asked.hours), taken=taken)
    welcome = visit.station.welcome()
    qr = qr_payload(welcome.address, typed_code(code), welcome.root_public)
    return CodeMade.of(row, code=code, qr=qr)


@router.delete("/enrolments/{enrolment_id}", status_code=204, responses=refusals(401, 404, 409))
def withdraw(visit: SignedVisit, enrolment_id: str) -> None:
    """Withdraw a code."""
    withdraw_code(visit.store, enrolment_id, **visit.stamp)


@router.post("/enrolments/claim", responses=refusals(404, 409, 422, 429))
def claim(request: Request, station: TheStation, asked: EnrolmentClaim) -> EnrolmentReply:
    """Claim a code as a node: without signing in, by the code and a key of its own (docs/protocol.md)."""
    tries_of(request).check_offered(BearerSecret.ENROLMENT, address_of(request))
    try:
        claimable(station.store, asked, now=station.now())
        reply = claim_code(station.store, asked, station.welcome(), now=station.now())
    except NotFound:
        tries_of(request).failed_offered(BearerSecret.ENROLMENT, address_of(request))
        raise
    station.wake()
    return reply


def check_enrols(viewer: Viewer) -> None:
    """Raise NotAllowed for a person without the permission to manage nodes."""
    if not viewer.may(Act.ENROL):
        raise NotAllowed("Chỉ kỹ thuật viên hoặc quản trị mới xem được phần này.")
