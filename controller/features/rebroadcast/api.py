"""An airing once more for single loudspeakers, by JSON."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.airings.api.airings import one
from controller.features.airings.request_parsing import start_of
from controller.features.airings.schemas import AirAgain, AiringShown
from controller.features.airings.target_selection import air_for_chosen
from controller.http.json_router import json_router
from controller.http.refusals import refusals

router = json_router(tags=["airings"])


@router.post("/airings/{airing_id}/again", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def again(visit: SignedVisit, airing_id: str, asked: AirAgain) -> AiringShown:
    """Air once more what is over, for chosen loudspeakers that missed it; the areas are where they stand."""
    now = visit.now()
    planned = air_for_chosen(visit, airing_id, asked.nodes, start_of(asked, now), by=visit.by, now=now)
    return one(visit, planned.id)
