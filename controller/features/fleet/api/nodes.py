"""Areas and nodes by JSON."""

from datetime import datetime
from typing import Annotated

from fastapi import Query

from controller.features.accounts.dependencies import Signed, SignedVisit
from controller.features.areas.schemas import AreaShown
from controller.features.fleet.faults import reported_faults
from controller.features.fleet.page_queries import visible_nodes
from controller.features.fleet.queries import facts_of
from controller.features.fleet.schemas import NodeShown
from controller.features.fleet.status import status_of
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.fleet import Node
from devices.ids import AreaCode
from devices.wire_types import NAME_PATTERN

router = json_router(tags=["fleet"])
_VITALS = ("sounding", "clock_offset_ms", "clock_error_ms", "volume", "storage_free")


@router.get("/areas", responses=refusals(401))
def areas(viewer: Signed) -> list[AreaShown]:
    """Return the areas that the person may see, by code."""
    return [AreaShown.of(area) for code, area in viewer.scope.by_code.items() if code in viewer.scope.seen]


@router.get("/nodes", responses=refusals(401))
def nodes(
    visit: SignedVisit,
    area: Annotated[str | None, Query(pattern=NAME_PATTERN, description="This area and all below.")] = None,
) -> list[NodeShown]:
    """Return the nodes in use, by area and id."""
    now = visit.now()
    asked = None if area is None else visit.scope.tree.below([AreaCode(area)])
    found = visible_nodes(visit.store, visit.scope, asked)
    return [node_shown(node, now) for node in found]


def node_shown(row: Node, now: datetime) -> NodeShown:
    """Return a node as JSON; faults from before it went offline are left out."""
    facts = facts_of(row)
    return NodeShown.of(
        row,
        status=status_of(facts, now),
        faults=[fault.sentence for fault in reported_faults(facts)] if row.online else [],
        **{name: (row.vitals or {}).get(name) for name in _VITALS},
    )
