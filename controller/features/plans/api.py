"""JSON API for policies: the limits of areas, signed by one administrator, or by two."""

from typing import Any

from controller.errors import NotFound
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.passkey_schemas import TouchAsked
from controller.features.accounts.touches import proof_of
from controller.features.plans.operations import ask_policy, policies_known, sign
from controller.features.plans.policy_changes import (
    AreaChange,
    areas_named,
    changes_of,
    check_changes,
    sign_changes,
)
from controller.features.plans.schemas import (
    AiringLoss,
    AreaChangeShown,
    AskPolicy,
    LimitChanged,
    PoliciesShown,
    PolicyAsked,
    PolicyChangesGiven,
    PolicyChangesShown,
    PolicyChangesSigned,
    PolicyShown,
    PolicyWanted,
)
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.schemas import Code
from controller.model.permissions import Act
from devices.ids import AreaCode

router = json_router(prefix="/policies", tags=["areas"])
_CHANGES = refusals(401, 404, 409, 422)


@router.get("", responses=refusals(401))
def index(visit: SignedVisit) -> PoliciesShown:
    """Return the policies of the areas that the person sees, and of those above."""
    known = policies_known(visit.store, visit.now())
    seen = visit.scope.hears
    shown = [
        PolicyShown.line(*found, known.names, is_void=area in known.void, is_by_too_few=area in known.too_few)
        for area, found in sorted(known.found.items())
        if area in seen
    ]
    return PoliciesShown(policies=shown)


@router.post("/many/check", responses=_CHANGES)
def check_many(visit: SignedVisit, asked: PolicyChangesGiven) -> PolicyChangesShown:
    """Return what changed limits would do to each of some areas; nothing is signed."""
    found = check_changes(visit.store, _areas_of(visit, asked), asked.changes(), **visit.stamp)
    return PolicyChangesShown(areas=[_change_shown(one) for one in found])


@router.post("/many", status_code=201, responses=_CHANGES)
def sign_many(visit: SignedVisit, asked: PolicyChangesSigned) -> PolicyChangesShown:
    """Sign changed limits of some areas, all or none; where two must sign, it waits for the second."""
    areas, changes = _areas_of(visit, asked), asked.changes()
    found = changes_of(visit.store, areas, changes, by=visit.by)
    done = sign_changes(visit, visit.tries, areas, changes, password=asked.password)
    return PolicyChangesShown(areas=[_change_shown(one) for one in found], proposal=done.proposal)


def _areas_of(visit: Visit, asked: PolicyChangesGiven) -> list[AreaCode]:
    visit.viewer.need(Act.RULE)
    areas = areas_named(visit.store, asked.areas, asked.groups)
    visit.scope.check_seen(areas)
    return areas


def _change_shown(one: AreaChange) -> AreaChangeShown:
    return AreaChangeShown(
        area=one.area,
        name=one.name,
        changes=[LimitChanged(after=new, before=was) for new, was in one.changes],
        losses=[AiringLoss.of(loss, seconds_lost=loss.loses.total_seconds()) for loss in one.losses],
    )


@router.post("/{area}", status_code=201, responses=_CHANGES)
def create(visit: SignedVisit, area: Code, asked: PolicyAsked) -> PoliciesShown:
    """Sign an area's policy, whole; where two must sign, it waits for the second (`proposal`)."""
    by = proof_of(visit, asked)
    code = _ruled(visit, area)
    done = sign(visit, visit.tries, code, _limits(asked), password=by, based_on=asked.based_on)
    return index(visit).model_copy(update={"proposal": done.proposal})


@router.post("/{area}/passkey", responses=_CHANGES)
def ask(visit: SignedVisit, area: Code, asked: AskPolicy) -> TouchAsked:
    """Return what one's device is to sign for exactly this policy."""
    code = _ruled(visit, area)
    return ask_policy(visit, visit.tries, code, _limits(asked), kid=asked.kid, based_on=asked.based_on)


def _ruled(visit: Visit, area: str) -> AreaCode:
    if area not in visit.scope.by_code:
        raise NotFound("Địa bàn này không thuộc phạm vi của bạn.", code="area.unknown")
    visit.viewer.need(Act.RULE, AreaCode(area))
    return AreaCode(area)


def _limits(asked: PolicyWanted) -> dict[str, Any]:
    return {name: getattr(asked, name) for name in PolicyWanted.LIMITS}
