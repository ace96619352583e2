"""What a technician does with a node on its page: volume, quarantine, new hardware, out of use."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError, NotFound
from controller.fleet.keeping import limit_volume, quarantine_node, release_node
from controller.fleet.queries import get_node
from controller.fleet.tables import Node
from controller.fleet.usecases import retire_node
from controller.operators.permissions import Act
from controller.web.pages.forms import need
from controller.web.pages.nodes import show_node
from controller.web.station import Station
from controller.web.viewer import Signed, TheStation, Viewer
from devices.messages import NodeId

router = APIRouter(prefix="/cum-loa/{node_id}")
Why = Annotated[str, Form(max_length=1000)]


@router.post("/am-luong")
def volume(
    request: Request,
    station: TheStation,
    viewer: Signed,
    node_id: str,
    muc: Annotated[int, Form(ge=0, le=100)] = 100,
) -> Response:
    """Cap the node's volume; 100 takes the cap away."""

    def act(session: Session, node: NodeId, by: Any) -> None:
        limit_volume(session, node, muc, by=by, now=station.now())

    return _do(request, station, viewer, node_id, "am-luong", act)


@router.post("/cach-ly")
def quarantine(
    request: Request, station: TheStation, viewer: Signed, node_id: str, ly_do: Why = ""
) -> Response:
    """Have the node say and hear nothing."""

    def act(session: Session, node: NodeId, by: Any) -> None:
        quarantine_node(session, node, reason=ly_do, by=by, now=station.now())

    return _do(request, station, viewer, node_id, "cach-ly", act)


@router.post("/thoi-cach-ly")
def release(request: Request, station: TheStation, viewer: Signed, node_id: str) -> Response:
    """End the quarantine."""

    def act(session: Session, node: NodeId, by: Any) -> None:
        release_node(session, node, by=by, now=station.now())

    return _do(request, station, viewer, node_id, "thoi-cach-ly", act)


@router.post("/ngung-dung")
def retire(request: Request, station: TheStation, viewer: Signed, node_id: str) -> Response:
    """Take the node out of use; what it played stays in the log."""

    def act(session: Session, node: NodeId, by: Any) -> None:
        retire_node(session, node, by=by, now=station.now())

    return _do(request, station, viewer, node_id, "ngung-dung", act)


def seen_node(session: Session, viewer: Viewer, node_id: str) -> Node:
    """Return the node, or raise NotFound: one of another area is not there."""
    node = get_node(session, NodeId(node_id))
    if node.area not in viewer.scope.seen:
        raise NotFound("Cụm loa này không thuộc địa bàn của bạn.", code="node.unknown")
    return node


def _do(  # noqa: PLR0917 - what each of the forms above passes on
    request: Request,
    station: Station,
    viewer: Viewer,
    node_id: str,
    done: str,
    act: Callable[[Session, NodeId, Any], None],
) -> Response:
    need(viewer, Act.ENROL)
    try:
        with station.store.write() as session:
            act(session, seen_node(session, viewer, node_id).id, viewer.operator)
    except NotFound:
        raise
    except LoaError as error:
        return show_node(request, station, viewer, node_id, error=error)
    station.poke()
    return RedirectResponse(f"/cum-loa/{node_id}?xong={done}", 303)
