"""Cụm loa: the list by commune, and one node with all that it told."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from controller.airings.queries import deliveries_to
from controller.errors import NotFound
from controller.fleet.lifecycle import faults_of, status_of
from controller.fleet.queries import facts_of, get_node
from controller.web.pages.pieces import LivePage
from controller.web.queries import nodes_seen, receipts_of, titles_of
from controller.web.render import page
from controller.web.station import Station
from controller.web.viewer import Signed, TheStation, Viewer
from controller.web.views import group_by_area
from devices.messages import AreaCode, NodeId, Vitals

router = APIRouter()
_DELIVERIES, _RECEIPTS = 20, 30
PAGE = LivePage(
    "cum_loa.html", {"tinh-trang": "cum_loa/tinh_trang.html", "lan-phat": "cum_loa/lan_phat.html"}
)


def _load(session: Session, station: Station, viewer: Viewer, node_id: str) -> Mapping[str, Any]:
    node = get_node(session, NodeId(node_id))
    if node.area not in viewer.scope.seen:
        raise NotFound("Cụm loa này không thuộc địa bàn của bạn.")
    facts = facts_of(node)
    deliveries = deliveries_to(session, node.id, _DELIVERIES)
    return {
        "node": node,
        "vitals": dict.fromkeys(Vitals.model_fields) | (node.vitals or {}),
        "status": status_of(facts, station.now()),
        "faults": faults_of(facts) if node.online else (),
        "area": viewer.scope.name(node.area),
        "deliveries": deliveries,
        "titles": titles_of(session, [airing.bulletin for _, airing in deliveries]),
        "receipts": receipts_of(session, node.id, _RECEIPTS),
    }


@router.get("/cum-loa")
def index(
    request: Request, station: TheStation, viewer: Signed, xa: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """List the nodes, by commune."""
    now = station.now()
    with station.store.read() as session:
        asked = viewer.scope.tree.below([AreaCode(xa)]) if xa else None
        nodes = nodes_seen(session, viewer.scope, asked)
    signed = [(node, status_of(facts_of(node), now)) for node in nodes]
    groups = group_by_area(signed, viewer.scope.name)
    area = viewer.scope.name(AreaCode(xa)) if xa else ""
    return page(request, "cum_loa_ds.html", {"groups": groups, "area": area, "total": len(nodes)})


@router.get("/cum-loa/{node_id}")
def show(request: Request, station: TheStation, viewer: Signed, node_id: str) -> Response:
    """Show one node."""
    return PAGE.show(request, viewer, lambda session: _load(session, station, viewer, node_id))


@router.get("/song/cum-loa/{node_id}")
def follow(request: Request, station: TheStation, viewer: Signed, node_id: str) -> Response:
    """Keep it alive."""
    return PAGE.follow(request, viewer, lambda session: _load(session, station, viewer, node_id))
