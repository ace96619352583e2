"""JSON of passkeys: one's own devices, others' for an administrator, and whether they are required."""

import json
from functools import partial

from controller.features.accounts.admin_queries import visible_account
from controller.features.accounts.dependencies import InPersonVisit, SignedVisit
from controller.features.accounts.passkey_enrolment import begin_passkey, finish_passkey, remove_own_passkey
from controller.features.accounts.passkey_schemas import (
    NewPasskey,
    OwnPassword,
    PasskeyBegun,
    PasskeyListed,
    PasskeyNamed,
    PasskeyRule,
    PasskeysRequired,
)
from controller.features.accounts.passkeys import passkeys_of, remove_passkey_of, rename_passkey
from controller.features.accounts.people_operations import act_on_person
from controller.features.accounts.proof import proven
from controller.features.accounts.schemas import Proof
from controller.features.accounts.station_rules import allow_passwords, passkey_rule, require_passkeys
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.permissions import Act

router = json_router(tags=["passkeys"])


@router.get("/me/passkeys", responses=refusals(401))
def index(visit: InPersonVisit) -> list[PasskeyListed]:
    """Return one's own devices that sign."""
    return [PasskeyListed.shown(one) for one in passkeys_of(visit.store, visit.by.id, visit.now())]


@router.post("/me/passkeys/begin", responses=refusals(401, 422))
def begin(visit: InPersonVisit) -> PasskeyBegun:
    """Begin to enrol a device: what `navigator.credentials.create` needs."""
    return PasskeyBegun.model_validate(begin_passkey(visit))


@router.post("/me/passkeys", status_code=201, responses=refusals(401, 403, 409, 422))
def add(visit: InPersonVisit, asked: NewPasskey) -> list[PasskeyListed]:
    """Enrol the device that answered; password and code prove who does it. Return all devices."""
    finish_passkey(
        visit,
        visit.tries,
        name=asked.name,
        password=asked.password,
        code=asked.code,
        at=asked.at,
        answer=json.dumps(asked.answer),
    )
    return [PasskeyListed.shown(one) for one in passkeys_of(visit.store, visit.by.id, visit.now())]


@router.post("/me/passkeys/{passkey}/name", status_code=204, responses=refusals(401, 404, 422))
def rename(visit: InPersonVisit, passkey: str, asked: PasskeyNamed) -> None:
    """Give a device another name."""
    rename_passkey(visit.store, passkey, asked.name, by=visit.by, now=visit.now())


@router.delete("/me/passkeys/{passkey}", status_code=204, responses=refusals(401, 403, 404, 422))
def remove(visit: InPersonVisit, passkey: str, asked: OwnPassword) -> None:
    """Remove one's own device; what it signed stays good."""
    remove_own_passkey(visit, visit.tries, passkey, asked.password)


@router.get("/operators/{name}/passkeys", responses=refusals(401, 404))
def index_of(visit: SignedVisit, name: str) -> list[PasskeyListed]:
    """Return a person's devices, as administrator."""
    visit.viewer.need(Act.RULE)
    person = visible_account(visit.store, visit.scope, name)
    return [PasskeyListed.shown(one) for one in passkeys_of(visit.store, person.id, visit.now())]


@router.delete(
    "/operators/{name}/passkeys/{passkey}", status_code=204, responses=refusals(401, 403, 404, 409, 422)
)
def remove_of(visit: InPersonVisit, name: str, passkey: str, asked: Proof) -> None:
    """Remove a person's lost device, as administrator; what it signed stays good."""
    visit.viewer.need(Act.RULE)
    act_on_person(visit, visit.tries, name, asked.proof, act=partial(remove_passkey_of, passkey=passkey))


@router.get("/station/passkeys", responses=refusals(401))
def rule(visit: SignedVisit) -> PasskeyRule:
    """Return whether approvers must sign by passkeys, and who lacks one that loudspeakers know."""
    visit.viewer.need_province(Act.RULE)
    found = passkey_rule(visit.store, visit.now())
    return PasskeyRule(required=found.is_on, lacking=[one.name for one in found.lacking])


@router.put("/station/passkeys", status_code=204, responses=refusals(401, 403, 409, 422))
def set_rule(visit: InPersonVisit, asked: PasskeysRequired) -> None:
    """Have approvers sign by passkeys alone, or by passwords too, as administrator of the province."""
    visit.viewer.need_province(Act.RULE)
    with proven(visit, visit.tries, asked.proof) as session:
        (require_passkeys if asked.required else allow_passwords)(session, by=visit.by, now=visit.now())
