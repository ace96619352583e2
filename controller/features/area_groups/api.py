"""Named groups of communes, by JSON."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.area_groups.queries import area_groups
from controller.features.area_groups.schemas import AreaGroupAsked, AreaGroupShown
from controller.features.area_groups.service import remove_area_group, set_area_group
from controller.http.json_router import json_router
from controller.http.refusals import refusals

router = json_router(prefix="/area-groups", tags=["areas"])


@router.get("", responses=refusals(401))
def index(visit: SignedVisit) -> list[AreaGroupShown]:
    """Return the province's groups by name."""
    return list(area_groups(visit.store))


@router.post("", status_code=201, responses=refusals(401, 403, 422))
def add(visit: SignedVisit, asked: AreaGroupAsked) -> AreaGroupShown:
    """Make a group, or give the one of that name other areas."""
    return AreaGroupShown.of(set_area_group(visit, asked.name, asked.areas, **visit.stamp))


@router.delete("/{name}", status_code=204, responses=refusals(401, 403, 404))
def delete(visit: SignedVisit, name: str) -> None:
    """Forget a group; what was planned with it stays."""
    remove_area_group(visit, name, **visit.stamp)
