"""One node with what it did with airings, by JSON."""

from fastapi import APIRouter

from controller.errors import NotFound
from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.airings.page_queries import receipts_of
from controller.features.airings.queries import deliveries_to
from controller.features.airings.schemas import NodeWhole
from controller.features.fleet.api.nodes import node_shown
from controller.features.fleet.queries import get_node
from controller.http.refusals import refusals
from devices.ids import NodeId

router = APIRouter(tags=["fleet"])
_LAST = 50


@router.get("/nodes/{node_id}", responses=refusals(401, 404))
def node(station: TheStation, viewer: Signed, node_id: str) -> NodeWhole:
    """Return one node with its last deliveries and receipts, newest first."""
    with station.store.read() as session:
        found = get_node(session, NodeId(node_id))
        if found.area not in viewer.scope.seen:
            raise NotFound("Cụm loa này không thuộc địa bàn của bạn.", code="node.unknown")
        deliveries = deliveries_to(session, found.id, _LAST)
        receipts = receipts_of(session, found.id, _LAST)
    brief = node_shown(found, station.now())
    return NodeWhole.of(brief, deliveries=[one for one, _ in deliveries], receipts=receipts)
