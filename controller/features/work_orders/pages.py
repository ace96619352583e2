"""Việc hôm nay: where a technician goes today, the nearest next, and why."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from controller.features.accounts.dependencies import SignedVisit
from controller.features.maps.position_files import degrees_of
from controller.features.work_orders.queries import work_orders
from controller.features.work_orders.route import route
from controller.http.render import page
from controller.model.permissions import Act

router = APIRouter()


@router.get("/su-co/viec")
def show(visit: SignedVisit, tu: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Show the work of the day; `tu`: where the route begins, as latitude and longitude."""
    latitude, _, longitude = tu.partition(" ")
    start = degrees_of(latitude, longitude) if tu else None
    orders = work_orders(visit.store, visit.scope, visit.now(), by=visit.by)
    context = {
        "stops": route(orders, start),
        "begins_here": start is not None,
        "area_name": visit.scope.name,
        "may_enrol": visit.viewer.may(Act.ENROL),
    }
    return page(visit.request, "viec.html", context)
