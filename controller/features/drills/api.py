"""Drills, by JSON."""

from typing import Annotated

from fastapi import Query

from controller.features.accounts.dependencies import SignedVisit
from controller.features.airings.request_parsing import request_of, start_of
from controller.features.drills.judging import DrillCriteria
from controller.features.drills.queries import (
    MOST_NODES,
    drill_nodes,
    drill_shown,
    drills_shown,
    scoreboard,
)
from controller.features.drills.schemas import (
    DrillAsked,
    DrillNode,
    DrillPublished,
    DrillRetryAsked,
    DrillScoreboard,
    DrillShown,
)
from controller.features.drills.service import plan_drill, publish_drill, retry_drill, stop_repeating
from controller.http.json_router import json_router
from controller.http.lanes import UrgentRoute
from controller.http.refusals import refusals

router = json_router(prefix="/drills", tags=["drills"])
urgent = json_router(prefix="/drills", tags=["drills"], route_class=UrgentRoute)

MOST_AT_ONCE = 1000
"""Loudspeakers of one answer; a program asks for more with `after`."""


@router.get("", responses=refusals(401))
def index(visit: SignedVisit) -> list[DrillShown]:
    """Return the drills of the person's areas, the newest first."""
    return drills_shown(visit.store, visit.scope)


@router.post("", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def plan(visit: SignedVisit, asked: DrillAsked) -> DrillShown:
    """Plan a drill: an approved test is aired in these areas, and each loudspeaker there is judged."""
    drill = plan_drill(
        visit,
        asked.name,
        request_of(asked, visit.now()),
        DrillCriteria(asked.start_within_s, asked.least_percent, asked.needs_level),
        bulletin=asked.bulletin,
        every_months=asked.every_months,
        **visit.stamp,
    )
    return drill_shown(visit.store, visit.scope, drill.id)


@router.get("/{drill_id}", responses=refusals(401, 404))
def show(visit: SignedVisit, drill_id: str) -> DrillScoreboard:
    """Return a drill by commune, the worst first, compared with the one before it."""
    return scoreboard(visit.store, visit.scope, drill_id)


@router.get("/{drill_id}/nodes", responses=refusals(401, 404))
def nodes(
    visit: SignedVisit,
    drill_id: str,
    *,
    failed: Annotated[bool, Query(description="Only those that count and were not heard.")] = False,
    after: Annotated[str, Query(max_length=64, description="Only nodes after this one, by name.")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = MOST_NODES,
) -> list[DrillNode]:
    """Return what became of each loudspeaker, by name; its proof is that of its airing."""
    return drill_nodes(visit.store, visit.scope, drill_id, only_failed=failed, limit=limit, after=after)


@router.post("/{drill_id}/retry", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def retry(visit: SignedVisit, drill_id: str, asked: DrillRetryAsked) -> DrillShown:
    """Ask the loudspeakers that failed again, alone: a drill of its own."""
    drill = retry_drill(visit, drill_id, start_of(asked, visit.now()), **visit.stamp)
    return drill_shown(visit.store, visit.scope, drill.id)


@router.post("/{drill_id}/publish", responses=refusals(401, 403, 404, 409))
def publish(visit: SignedVisit, drill_id: str, asked: DrillPublished) -> DrillShown:
    """Put its scoreboard by commune on the public pages, or take it off."""
    publish_drill(visit, drill_id, public=asked.public, **visit.stamp)
    return drill_shown(visit.store, visit.scope, drill_id)


@urgent.post("/{drill_id}/stop-repeating", responses=refusals(401, 403, 404, 409))
def end_repeats(visit: SignedVisit, drill_id: str) -> DrillShown:
    """Plan no further drill after this one."""
    stop_repeating(visit, drill_id, **visit.stamp)
    return drill_shown(visit.store, visit.scope, drill_id)


router.routes.extend(urgent.routes)
