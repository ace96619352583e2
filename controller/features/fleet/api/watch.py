"""JSON API for faults of nodes, their assignees, and the history of vitals."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import Query

from controller.errors import NotFound
from controller.features.accounts.dependencies import SignedVisit
from controller.features.fleet.fault_assignments import take_care
from controller.features.fleet.faults import FaultKind
from controller.features.fleet.queries import get_node, visible_node
from controller.features.fleet.schemas import (
    CareShown,
    EventShown,
    PointShown,
    QuarterShown,
    TakeCare,
    VitalsShown,
    WatchedShown,
)
from controller.features.fleet.status import NodeStatus
from controller.features.fleet.vitals_log import Course, course_of
from controller.features.fleet.vitals_samples import FIGURES, QUARTER
from controller.features.fleet.watch import NodeFilter, Watched, events_now, watched
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.schemas import Code
from devices.ids import AreaCode, NodeId

router = json_router(tags=["watching"])

SPANS = {
    "24h": (timedelta(hours=24), 1),
    "48h": (timedelta(hours=48), 1),
    "30d": (timedelta(days=30), 24),
    "400d": (timedelta(days=400), 96),
}
"""How far back, and quarters in a cell of the strip."""


@router.get("/fleet/watched", responses=refusals(401))
def index(
    visit: SignedVisit,
    *,
    area: Annotated[Code | None, Query()] = None,
    status: Annotated[list[NodeStatus] | None, Query()] = None,
    fault: Annotated[list[FaultKind] | None, Query()] = None,
    assignee: Annotated[str | None, Query(max_length=40)] = None,
    text: Annotated[str, Query(max_length=100)] = "",
    faulty: bool = False,
    unseen: bool = False,
) -> list[WatchedShown]:
    """Return nodes in use with their faults, sorted by area and id; filters are combined with AND."""
    below = visit.scope.tree.below([AreaCode(area)]) if area else visit.scope.seen
    chosen = NodeFilter(
        areas=below & visit.scope.seen,
        statuses=frozenset(status or ()),
        kinds=frozenset(fault or ()),
        only_faulty=faulty,
        only_unseen=unseen,
        assignee=assignee,
        text=text,
    )
    return [_shown(one) for one in watched(visit.store, chosen, visit.now())]


@router.get("/fleet/events", responses=refusals(401))
def happened(visit: SignedVisit) -> list[EventShown]:
    """Return the current events that need attention, newest first."""
    found = events_now(visit.store, visit.scope.seen, visit.now())
    return [EventShown.of(one) for one in found]


@router.post("/nodes/{node_id}/care", responses=refusals(401, 404, 422))
def care(visit: SignedVisit, node_id: str, asked: TakeCare) -> WatchedShown:
    """Set the assignee of a node's faults, the note, and which kinds of faults were seen."""
    take_care(
        visit.store,
        NodeId(node_id),
        **visit.stamp,
        assignee=asked.assignee,
        note=asked.note,
        seen=None if asked.seen is None else frozenset(asked.seen),
    )
    area = get_node(visit.store, NodeId(node_id)).area
    here = watched(visit.store, NodeFilter(areas=frozenset({area})), visit.now())
    found = next((one for one in here if one.node.id == node_id), None)
    if found is None:
        raise NotFound(f"Cụm loa {node_id} đã ngừng dùng.", code="node.retired")
    return _shown(found)


@router.get("/nodes/{node_id}/vitals", responses=refusals(401, 404))
def vitals(
    visit: SignedVisit, node_id: str, span: Annotated[Literal["24h", "48h", "30d", "400d"], Query()] = "24h"
) -> VitalsShown:
    """Return the history of a node's vitals; `24h` and `48h` include every sample."""
    back, cell = SPANS[span]
    node = visible_node(visit.store, visit.scope, node_id).id
    course = course_of(visit.store, node, visit.now(), back, cell=cell)
    return _course(node_id, course)


def _course(node_id: str, course: Course) -> VitalsShown:
    return VitalsShown.of(
        course,
        node=node_id,
        figures=FIGURES,
        points=[PointShown.of(one, at=at) for at, one in course.points],
        quarters=[QuarterShown.of(one, at=at) for at, one in course.quarters],
        cell_seconds=int(course.cell * QUARTER.total_seconds()),
    )


def _shown(one: Watched) -> WatchedShown:
    return WatchedShown.of(
        one.node,
        status=one.status,
        faults=one.faults,
        unseen=sorted(one.unseen),
        care=one.care and CareShown.of(one.care, assignee=one.assignee),
    )
