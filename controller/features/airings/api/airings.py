"""Airings by JSON: the list, planning, following and stopping."""

from datetime import timedelta
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime

from controller.errors import BadInput
from controller.features.accounts.dependencies import SignedVisit
from controller.features.airings import operations
from controller.features.airings.lateness_facts import add_forecasts
from controller.features.airings.page_queries import airing_views, delivery_rows, visible_airing
from controller.features.airings.planning import plan_foreseen
from controller.features.airings.request_parsing import request_of
from controller.features.airings.schemas import (
    AiringShown,
    DeliveryShown,
    ForecastShown,
    ForesightShown,
    PlanAiring,
    TimetableShown,
)
from controller.features.airings.timetables import MOST_DAYS, timetable_of
from controller.features.airings.views import AiringView
from controller.http.json_router import json_router
from controller.http.lanes import UrgentRoute
from controller.http.refusals import refusals
from controller.http.schemas import Code, Reason
from devices.ids import AreaCode

router = json_router(tags=["airings"])
urgent = json_router(tags=["airings"], route_class=UrgentRoute)
_MOST = 100
_MOST_NODES = 10_000


@router.get("/airings", responses=refusals(401))
def index(visit: SignedVisit) -> list[AiringShown]:
    """Return the airings that the person may see, newest first; at most 100."""
    views = airing_views(visit.store, visit.scope, newest_first=True, limit=_MOST)
    add_forecasts(visit.store, visit.station, visit.scope, views)
    return [airing_shown(view) for view in views]


@router.post("/airings", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def create(visit: SignedVisit, asked: PlanAiring) -> AiringShown:
    """Plan an airing of a bulletin; it is delivered once the bulletin is approved."""
    now = visit.now()
    made = plan_foreseen(visit, asked.bulletin, request_of(asked, now), by=visit.by, now=now).id
    return airing_shown(visible_airing(visit.store, visit.scope, made))


@router.post("/airings/foresee", responses=refusals(401, 403, 404, 409, 422))
def look_ahead(visit: SignedVisit, asked: PlanAiring) -> ForesightShown:
    """Return an airing's conflicts with other airings and with policies; nothing is saved."""
    broadcast = request_of(asked, visit.now())
    return operations.conflicts_of(visit, asked.bulletin, broadcast)


@router.get("/areas/{area}/timetable", responses=refusals(401, 404, 422))
def timetable(
    visit: SignedVisit,
    area: Code,
    since: AwareDatetime | None = None,
    days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = 1,
) -> TimetableShown:
    """Return exactly what an area's loudspeakers will sound, from now on unless `since` is given."""
    now = visit.now()
    begins = since or now
    visit.scope.check_seen([area])
    if begins < now - timedelta(days=1):
        raise BadInput("Lịch phát chỉ xem được từ hôm nay trở đi.", code="timetable.past")
    until = begins + timedelta(days=days)
    return timetable_of(visit.store, AreaCode(area), begins, until, now)


@router.get("/airings/{airing_id}", responses=refusals(401, 404))
def one(visit: SignedVisit, airing_id: str) -> AiringShown:
    """Return one airing with its reach and the spread of its starts; if it was split, your part."""
    view = visible_airing(visit.store, visit.scope, airing_id)
    add_forecasts(visit.store, visit.station, visit.scope, [view])
    return airing_shown(view)


@router.get("/airings/{airing_id}/deliveries", responses=refusals(401, 404))
def deliveries(visit: SignedVisit, airing_id: str) -> list[DeliveryShown]:
    """Return the delivery state of each node, the least advanced first."""
    airing = visible_airing(visit.store, visit.scope, airing_id)
    rows = delivery_rows(visit.store, visit.scope, airing.id, limit=_MOST_NODES)
    return [DeliveryShown.of(delivery) for delivery, _ in rows]


@urgent.post("/airings/{airing_id}/stop", responses=refusals(401, 403, 404, 409))
def stop(visit: SignedVisit, airing_id: str, asked: Reason) -> AiringShown:
    """Stop an airing, planned or sounding."""
    airing = operations.stop_airing(visit, airing_id, asked.reason)
    return airing_shown(visible_airing(visit.store, visit.scope, airing))


def airing_shown(view: AiringView) -> AiringShown:
    """Return the JSON shape of an airing."""
    told = view.forecast
    seconds = told and told.late_by.total_seconds()
    forecast = told and ForecastShown.of(told, late_by_seconds=seconds, sentence=view.forecast_words)
    return AiringShown.of(view, forecast=forecast)


router.routes.extend(urgent.routes)
