"""Sự cố: what there is to look after now, which nodes have faults, and who looks after each."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from controller.fleet.events import EventKind
from controller.fleet.watching import Watched, Wish, events_now, watched
from controller.web.admin_reads import shown_names
from controller.web.render import page
from controller.web.viewer import Signed, TheStation
from controller.web.views import Sign, Tone

router = APIRouter(prefix="/su-co")
MOST = 200
"""Nodes of one page; in a storm the events above say in a few lines what the list would say in hundreds."""
EVENT_SIGNS = {
    EventKind.OUTAGE: Sign("Cả xã mất kết nối", "wifi-off", Tone.BAD),
    EventKind.LOST: Sign("Mất kết nối", "wifi-off", Tone.BAD),
    EventKind.FLAPPING: Sign("Kết nối chập chờn", "alert-triangle", Tone.WARN),
}


@router.get("")
def show(
    request: Request,
    station: TheStation,
    viewer: Signed,
    ai: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show events and faulty nodes: all, one's own, or those that nobody looks after."""
    scope, now = viewer.scope, station.now()
    with station.store.read() as session:
        found = watched(session, Wish(areas=scope.seen, only_faulty=True), now)
        happened = events_now(session, scope.seen, now)
        names = shown_names(session)
    mine = viewer.operator.name
    kept = [one for one in found if _is_asked(one, ai, mine)]
    context: dict[str, Any] = {
        "events": [(EVENT_SIGNS[one.kind], one) for one in happened],
        "found": kept[:MOST],
        "more": max(0, len(kept) - MOST),
        "ai": ai,
        "counts": {
            "": len(found),
            "toi": sum(one.assignee == mine for one in found),
            "chua": sum(one.assignee is None for one in found),
        },
        "names": names,
        "area_name": scope.name,
    }
    return page(request, "su_co.html", context)


def _is_asked(one: Watched, who: str, mine: str) -> bool:
    if who == "toi":
        return one.assignee == mine
    return one.assignee is None if who == "chua" else True
