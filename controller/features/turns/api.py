"""Areas whose loudspeakers speak in turns, by JSON."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.turns.queries import areas_in_turns, turns_shown
from controller.features.turns.schemas import AreaTurnsAsked, AreaTurnsShown, TurnShown
from controller.features.turns.service import remove_area_turns, set_area_turns
from controller.http.json_router import json_router
from controller.http.refusals import refusals

router = json_router(prefix="/turns", tags=["turns"])


@router.get("/areas", responses=refusals(401))
def index(visit: SignedVisit) -> list[AreaTurnsShown]:
    """Return what the person's area, and those above and below, have of their own."""
    return areas_in_turns(visit.store, visit.scope.hears)


@router.get("/areas/{area}", responses=refusals(401, 404))
def show(visit: SignedVisit, area: str) -> list[TurnShown]:
    """Return the turn of each loudspeaker of an area; empty where all sound at once."""
    visit.scope.check_seen([area])
    return turns_shown(visit.store, area)


@router.post("/areas", status_code=201, responses=refusals(401, 403, 404, 422))
def choose(visit: SignedVisit, asked: AreaTurnsAsked) -> AreaTurnsShown:
    """Say how many turns routine airings may take in an area; what starts soon stays as it is."""
    row = set_area_turns(visit, asked, **visit.stamp)
    return areas_in_turns(visit.store, [row.area])[0]


@router.delete("/areas/{area}", status_code=204, responses=refusals(401, 403, 404))
def remove(visit: SignedVisit, area: str) -> None:
    """Have an area speak as those above it again."""
    remove_area_turns(visit, area, **visit.stamp)
