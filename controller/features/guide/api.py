"""The set-up of a new province, by JSON."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.guide.queries import set_up
from controller.features.guide.schemas import SetUp
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.permissions import Act

router = json_router(tags=["station"])


@router.get("/set-up", responses=refusals(401, 403))
def show(visit: SignedVisit) -> SetUp:
    """Return what the set-up of the province has and lacks."""
    visit.viewer.need_province(Act.ENROL)
    return set_up(visit.store, visit)
