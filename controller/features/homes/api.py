"""JSON API for where loudspeakers find their station."""

from fastapi import APIRouter

from controller.features.accounts.dependencies import SignedVisit
from controller.features.areas.queries import area_or_top
from controller.features.homes.operations import sign
from controller.features.homes.queries import homes_followed
from controller.features.homes.schemas import HomeAsked, HomeShown, HomesShown
from controller.features.homes.service import wanted_home
from controller.http.refusals import refusals
from controller.model.permissions import Act

router = APIRouter(prefix="/homes", tags=["fleet"])


@router.get("", responses=refusals(401))
def index(visit: SignedVisit) -> HomesShown:
    """Return the homes that were signed, and how many loudspeakers live there."""
    visit.viewer.need_province(Act.RULE)
    return HomesShown(homes=[HomeShown.of(one) for one in homes_followed(visit.store)])


@router.post("", status_code=201, responses=refusals(401, 404, 409, 422))
def create(visit: SignedVisit, asked: HomeAsked) -> HomesShown:
    """Sign a home: the loudspeakers of the area move within minutes. Its brokers are tried first."""
    visit.viewer.need_province(Act.RULE)
    area = area_or_top(visit.store, asked.area)
    wanted = wanted_home(area, asked.brokers, asked.authorities, asked.addresses, visit.now())
    sign(visit, visit.tries, visit.station, wanted, asked.password)
    visit.station.wake()
    return index(visit)
