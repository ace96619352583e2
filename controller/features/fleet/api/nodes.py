"""Areas and nodes by JSON."""

from typing import Annotated

from fastapi import APIRouter, Query

from controller.errors import NotFound
from controller.features.accounts.viewer import Signed, TheStation
from controller.features.airings import shapes as shown
from controller.features.airings.queries import deliveries_to
from controller.features.airings.schemas import NodeWhole
from controller.features.areas.schemas import AreaShown
from controller.features.fleet.queries import facts_of, get_node
from controller.features.fleet.schemas import NodeShown
from controller.features.fleet.status import status_of
from controller.features.today.queries import nodes_seen, receipts_of
from controller.http.refusals import refusals
from devices.ids import AreaCode, NodeId
from devices.messages import NAME_PATTERN

router = APIRouter(tags=["fleet"])
_LAST = 50


@router.get("/areas", responses=refusals(401))
def areas(viewer: Signed) -> list[AreaShown]:
    """Return the areas that the person may see, by code."""
    return [
        AreaShown(
            code=area.code,
            parent=area.parent,
            name=area.name,
            kind=area.kind,
            latitude=area.latitude,
            longitude=area.longitude,
        )
        for code, area in viewer.scope.by_code.items()
        if code in viewer.scope.seen
    ]


@router.get("/nodes", responses=refusals(401))
def nodes(
    station: TheStation,
    viewer: Signed,
    area: Annotated[str | None, Query(pattern=NAME_PATTERN, description="This area and all below.")] = None,
) -> list[NodeShown]:
    """Return the nodes in use, by area and id."""
    now = station.now()
    asked = None if area is None else viewer.scope.tree.below([AreaCode(area)])
    with station.store.read() as session:
        found = nodes_seen(session, viewer.scope, asked)
    return [shown.node(node, status_of(facts_of(node), now)) for node in found]


@router.get("/nodes/{node_id}", responses=refusals(401, 404))
def node(station: TheStation, viewer: Signed, node_id: str) -> NodeWhole:
    """Return one node with its last deliveries and receipts, newest first."""
    with station.store.read() as session:
        found = get_node(session, NodeId(node_id))
        if found.area not in viewer.scope.seen:
            raise NotFound("Cụm loa này không thuộc địa bàn của bạn.", code="node.unknown")
        deliveries = deliveries_to(session, found.id, _LAST)
        receipts = receipts_of(session, found.id, _LAST)
    return NodeWhole(
        **shown.node(found, status_of(facts_of(found), station.now())).model_dump(),
        deliveries=[shown.delivery(delivery) for delivery, _ in deliveries],
        receipts=[shown.receipt(receipt) for receipt in receipts],
    )
