"""JSON API for keys: list, what a key has signed, and ending a key as retired or compromised."""

from datetime import date

from controller.features.accounts.admin_queries import keys_shown
from controller.features.accounts.dependencies import InPersonVisit, SignedVisit
from controller.features.accounts.proof import proven
from controller.features.accounts.schemas import Proof
from controller.features.keys.schemas import CompromiseKey, FalloutShown, KeyShown, KeysShown
from controller.features.keys.service import Fallout, compromise_key, fallout_of, retire_one_key
from controller.features.plans.key_set import keys_to_sign_for
from controller.features.plans.queries import listed_keys
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.local_time import midnight_of
from controller.model.permissions import Act
from devices.ids import KeyId

router = json_router(prefix="/keys", tags=["keys"])


@router.get("", responses=refusals(401))
def index(visit: SignedVisit) -> KeysShown:
    """Return the active keys, as administrator."""
    visit.viewer.need_province(Act.RULE)
    trusted = listed_keys(visit.store)
    keys = [
        KeyShown.of(key, holder=holder, is_trusted=key.kid in trusted)
        for key, holder in keys_shown(visit.store)
    ]
    return KeysShown(keys=keys, to_sign_for=keys_to_sign_for(visit.store, visit.now()))


@router.get("/{kid}/fallout", responses=refusals(401, 404))
def preview(visit: SignedVisit, kid: str, since: date | None = None) -> FalloutShown:
    """Return what would no longer be aired if the key were declared compromised since a day, or at all."""
    visit.viewer.need_province(Act.RULE)
    return _shown(fallout_of(visit.store, KeyId(kid), visit.now(), midnight_of(since)))


@router.post("/{kid}/retire", status_code=204, responses=refusals(401, 404, 409, 422))
def retire(visit: InPersonVisit, kid: str, asked: Proof) -> None:
    """Retire the key: it signs nothing more; its signatures stay valid."""
    visit.viewer.need_province(Act.RULE)
    with proven(visit, visit.tries, asked.proof) as session:
        retire_one_key(session, KeyId(kid), by=visit.by, now=visit.now())
    visit.station.wake()


@router.post("/{kid}/compromise", responses=refusals(401, 404, 409, 422))
def compromise(visit: InPersonVisit, kid: str, asked: CompromiseKey) -> FalloutShown:
    """Declare the key stolen: what it signed since then becomes void. Request the fallout first."""
    visit.viewer.need_province(Act.RULE)
    with proven(visit, visit.tries, asked.proof) as session:
        since = midnight_of(asked.since)
        fallout = compromise_key(session, KeyId(kid), by=visit.by, now=visit.now(), since=since)
    visit.station.wake()
    return _shown(fallout)


def _shown(fallout: Fallout) -> FalloutShown:
    return FalloutShown.of(fallout)
