"""One node with what it did with airings, by JSON."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.airings.page_queries import receipts_of
from controller.features.airings.queries import deliveries_to
from controller.features.airings.receipt_faults import receipt_faults
from controller.features.airings.schemas import NodeWhole
from controller.features.fleet.api.nodes import node_shown
from controller.features.fleet.queries import visible_node
from controller.http.json_router import json_router
from controller.http.refusals import refusals

router = json_router(tags=["fleet"])
_LAST = 50


@router.get("/nodes/{node_id}", responses=refusals(401, 404))
def node(visit: SignedVisit, node_id: str) -> NodeWhole:
    """Return one node with its last deliveries and receipts, newest first."""
    found = visible_node(visit.store, visit.scope, node_id)
    deliveries = [one for one, _ in deliveries_to(visit.store, found.id, _LAST)]
    receipts = receipts_of(visit.store, found.id, _LAST, now=visit.now())
    told = {"receipt_faults": receipt_faults(visit.store, found.id, visit.now())}
    return NodeWhole.of(node_shown(found, visit.now()), deliveries=deliveries, receipts=receipts, **told)
