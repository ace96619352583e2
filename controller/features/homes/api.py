"""JSON API for where loudspeakers find their station."""

from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.passkey_schemas import TouchAsked
from controller.features.accounts.touches import proof_of
from controller.features.areas.queries import area_or_top
from controller.features.homes.operations import ask_home, sign
from controller.features.homes.queries import homes_followed
from controller.features.homes.schemas import AskHome, HomeAsked, HomeShown, HomesShown, HomeWanted
from controller.features.homes.service import WantedHome, wanted_home
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.permissions import Act

router = json_router(prefix="/homes", tags=["fleet"])


@router.get("", responses=refusals(401))
def index(visit: SignedVisit) -> HomesShown:
    """Return the homes that were signed, and how many loudspeakers live there."""
    visit.viewer.need_province(Act.RULE)
    return HomesShown(homes=[HomeShown.of(one) for one in homes_followed(visit.store)])


@router.post("", status_code=201, responses=refusals(401, 404, 409, 422))
def create(visit: SignedVisit, asked: HomeAsked) -> HomesShown:
    """Sign a home: the loudspeakers of the area move within minutes. Its brokers are tried first.

    Where two administrators must sign, it waits for the second (`proposal`).
    """
    visit.viewer.need_province(Act.RULE)
    by = proof_of(visit, asked)
    done = sign(visit, visit.tries, visit.station, _wanted(visit, asked), by)
    return index(visit).model_copy(update={"proposal": done.proposal})


@router.post("/passkey", responses=refusals(401, 404, 409, 422))
def ask(visit: SignedVisit, asked: AskHome) -> TouchAsked:
    """Return what one's device is to sign for exactly this home. Its brokers are tried first."""
    visit.viewer.need_province(Act.RULE)
    return ask_home(visit, visit.tries, visit.station, _wanted(visit, asked), asked.kid)


def _wanted(visit: Visit, asked: HomeWanted) -> WantedHome:
    area = area_or_top(visit.store, asked.area)
    return wanted_home(area, asked.brokers, asked.authorities, asked.addresses, visit.now())
