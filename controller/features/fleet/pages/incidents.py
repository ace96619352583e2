"""Sự cố: current events, nodes with faults, and the assignee of each."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from controller.features.accounts.dependencies import SignedVisit
from controller.features.fleet.events import EventKind, FleetEvent
from controller.features.fleet.incident_queries import MOST_EVENTS, incidents
from controller.features.fleet.page_queries import PAGE
from controller.features.fleet.watch import Cared
from controller.http.named import Named
from controller.http.render import page
from controller.http.signs import Sign, StatusTone, unnamed
from controller.model.permissions import Act

router = APIRouter(prefix="/su-co")
_LAST_PAGE = 1000
EVENT_SIGNS = Named(
    {
        EventKind.OUTAGE: Sign("Cả xã mất kết nối", "wifi-off", StatusTone.BAD),
        EventKind.LOST: Sign("Mất kết nối", "wifi-off", StatusTone.BAD),
        EventKind.FLAPPING: Sign("Kết nối chập chờn", "alert-triangle", StatusTone.WARN),
    },
    unnamed,
)
_PARTLY = Sign("Mất kết nối cùng lúc", "wifi-off", StatusTone.BAD)
"""Half of a commune or more, but not all of it."""
_CARED = {"": Cared.EVERY, "chua": Cared.NOBODYS, "toi": Cared.MINE}


@router.get("")
def show(
    visit: SignedVisit,
    *,
    ai: Annotated[str, Query(max_length=40)] = "",
    trang: Annotated[int, Query(ge=1, le=_LAST_PAGE)] = 1,
) -> Response:
    """Show events, and a page of faulty nodes: all, those of the person, or those without an assignee."""
    scope, now = visit.scope, visit.now()
    ai, offset = ai if ai in _CARED else "", (trang - 1) * PAGE
    all_of_it = incidents(visit.store, scope.seen, now, by=visit.by, cared=_CARED[ai], offset=offset)
    happened, found, silenced = all_of_it.events, all_of_it.found, all_of_it.silenced
    counts = {"": found.counted.every, "chua": found.counted.nobodys, "toi": found.counted.mine}
    context: dict[str, Any] = {
        "events": [(_sign_of(one), one) for one in happened[:MOST_EVENTS]],
        "events_in_all": len(happened),
        "found": found.nodes,
        "silenced": silenced[:MOST_EVENTS],
        "silenced_in_all": len(silenced),
        "ai": ai,
        "trang": trang,
        "pages": max(1, -(-counts[ai] // PAGE)),
        "counts": counts,
        "names": all_of_it.people,
        "node_names": all_of_it.nodes,
        "area_name": scope.name,
        "may_enrol": visit.viewer.may(Act.ENROL),
    }
    return page(visit.request, "su_co.html", context)


def _sign_of(event: FleetEvent) -> Sign:
    return _PARTLY if event.kind is EventKind.OUTAGE and not event.is_whole else EVENT_SIGNS[event.kind]
