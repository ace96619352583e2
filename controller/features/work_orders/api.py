"""Work orders of the day, by JSON."""

from typing import Annotated

from fastapi import Query

from controller.features.accounts.dependencies import SignedVisit
from controller.features.work_orders.queries import work_orders
from controller.features.work_orders.route import RouteStop, route
from controller.features.work_orders.schemas import WorkOrderShown
from controller.http.json_router import json_router
from controller.http.refusals import refusals

router = json_router(prefix="/work-orders", tags=["watching"])


@router.get("", responses=refusals(401))
def index(
    visit: SignedVisit,
    latitude: Annotated[float | None, Query(ge=-90, le=90, description="Where the route begins.")] = None,
    longitude: Annotated[float | None, Query(ge=-180, le=180)] = None,
) -> list[WorkOrderShown]:
    """Return what there is to see to, the nearest next: faults, outages, reports, tests that nobody heard."""
    start = None if latitude is None or longitude is None else (latitude, longitude)
    orders = work_orders(visit.store, visit.scope, visit.now(), by=visit.by)
    return [_shown(one) for one in route(orders, start)]


def _shown(stop: RouteStop) -> WorkOrderShown:
    latitude, longitude = stop.order.place or (None, None)
    return WorkOrderShown.of(stop.order, latitude=latitude, longitude=longitude, distance_km=stop.distance_km)
