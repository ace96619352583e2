"""Emergencies by JSON: what is prepared and whom it reaches; calling, confirming, ending; tests."""

from datetime import timedelta
from typing import Annotated

from fastapi import Query

from controller.errors import BadInput
from controller.features.accounts.dependencies import InPersonVisit, SignedVisit, Visit
from controller.features.accounts.passkey_schemas import DeviceChosen, TouchAsked
from controller.features.accounts.touches import touch_of
from controller.features.emergencies import operations, views
from controller.features.emergencies.schemas import (
    AllClear,
    AskAllClear,
    AskCall,
    CallEmergency,
    Confirm,
    EmergencyShown,
    Prepare,
    PreparedShown,
    Proved,
    StopWhere,
    TemplatesShown,
    Test,
    WantedEmergency,
)
from controller.features.emergencies.service import WantedCall
from controller.http.json_router import json_router
from controller.http.lanes import UrgentRoute
from controller.http.refusals import refusals
from controller.http.schemas import Code, Reason
from controller.model.bulletin_states import BulletinId
from controller.model.emergency_states import EmergencyId, PreparedId
from controller.model.permissions import Act
from devices.ids import AreaCode

router = json_router(tags=["emergencies"])
prepares = json_router(prefix="/emergencies", tags=["emergencies"])
urgent = json_router(prefix="/emergencies", tags=["emergencies"], route_class=UrgentRoute)


@urgent.get("/templates", responses=refusals(401, 404))
def templates(
    visit: SignedVisit, area: Annotated[list[Code] | None, Query(max_length=1000)] = None
) -> TemplatesShown:
    """Return what can be called in the areas (by default the own one), and how many nodes it would reach."""
    areas = [AreaCode(code) for code in area or [visit.by.area]]
    visit.scope.check_seen(areas)
    return views.templates_in(visit.station, areas)


@prepares.post("/templates", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def add(visit: SignedVisit, asked: Prepare) -> PreparedShown:
    """Have nodes hold a recording ready: written and submitted from a built-in text, or an existing bulletin.

    Nothing is held before another person has approved it.
    """
    area = AreaCode(asked.area)
    if (asked.template is None) == (asked.bulletin is None):
        raise BadInput("Hãy chọn một mẫu, hoặc một bản tin đã có.", code="emergency.which")
    if asked.template is not None:
        made = operations.prepare_template(visit, asked.template, area)
    else:
        bulletin = asked.bulletin or ""
        made = operations.prepare_bulletin(visit, bulletin, kind=asked.kind, area=area)
    return next(one for one in views.templates_in(visit.station, [area]).prepared if one.id == made)


@prepares.post("/templates/{prepared}/release", status_code=204, responses=refusals(401, 403, 404, 409))
def let_go(visit: SignedVisit, prepared: str) -> None:
    """Stop holding a recording on nodes."""
    operations.release_prepared(visit, PreparedId(prepared))


@urgent.get("", responses=refusals(401))
def index(visit: SignedVisit, *, lately: bool = False) -> list[EmergencyShown]:
    """Return what waits for a second person or sounds now; with `lately` also all of the last day."""
    return views.emergencies_of(visit, is_lately=lately)


@urgent.post("", status_code=201, responses=refusals(401, 403, 404, 409, 422, 429))
def call(visit: SignedVisit, asked: CallEmergency) -> EmergencyShown:
    """Call an emergency; it sounds when a second person confirms it, or at once with `alone_because`."""
    because = asked.alone_because
    made = operations.call(
        visit, visit.tries, _wanted(asked), alone_because=because, proof=_proof(visit, asked)
    )
    return views.emergency(visit, made)


@urgent.post("/passkey", responses=refusals(401, 403, 404, 409, 422))
def ask_to_call(visit: InPersonVisit, asked: AskCall) -> TouchAsked:
    """Return what one's device is to sign for exactly this call; nothing is changed."""
    because = asked.alone_because
    return operations.ask_call(visit, visit.tries, _wanted(asked), alone_because=because, kid=asked.kid)


@urgent.post("/stop", responses=refusals(401, 403, 404, 409, 422))
def stop_where(visit: SignedVisit, asked: StopWhere) -> list[EmergencyShown]:
    """End everything that was called and sounds in areas, there alone; return what was ended."""
    areas = [AreaCode(area) for area in asked.areas]
    visit.scope.check_seen(areas)
    ended = operations.stop_where(visit, areas, asked.reason)
    return [views.emergency(visit, row.id) for row in ended]


@urgent.post("/test", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def test(visit: SignedVisit, asked: Test) -> EmergencyShown:
    """Sound a prepared test once; never in quiet hours, and never while an emergency sounds there."""
    areas = [AreaCode(area) for area in asked.areas]
    asked_call = WantedCall(areas, PreparedId(asked.prepared), volume=asked.volume)
    return views.emergency(visit, operations.test(visit, asked_call))


@urgent.get("/{emergency_id}", responses=refusals(401, 404))
def one(visit: SignedVisit, emergency_id: str) -> EmergencyShown:
    """Return one emergency with its reach."""
    return views.emergency(visit, EmergencyId(emergency_id))


@urgent.post("/{emergency_id}/confirm", responses=refusals(401, 403, 404, 409, 422, 429))
def confirm(visit: SignedVisit, emergency_id: str, asked: Confirm) -> EmergencyShown:
    """Confirm what another person called: it sounds at once."""
    made = operations.confirm(visit, visit.tries, EmergencyId(emergency_id), _proof(visit, asked))
    return views.emergency(visit, made)


@urgent.post("/{emergency_id}/confirm/passkey", responses=refusals(401, 403, 404, 409, 422))
def ask_to_confirm(visit: InPersonVisit, emergency_id: str, asked: DeviceChosen) -> TouchAsked:
    """Return what one's device is to sign to confirm a call: the very call of the first person."""
    visit.viewer.need(Act.AIR)
    return operations.ask_confirm(visit, visit.tries, EmergencyId(emergency_id), kid=asked.kid)


@urgent.post("/{emergency_id}/decline", responses=refusals(401, 403, 404, 409))
def decline(visit: SignedVisit, emergency_id: str, asked: Reason) -> EmergencyShown:
    """Reject a call that waits for confirmation."""
    operations.decline(visit, EmergencyId(emergency_id), asked.reason)
    return views.emergency(visit, EmergencyId(emergency_id))


@urgent.post("/{emergency_id}/all-clear", status_code=201, responses=refusals(401, 403, 404, 409, 422, 429))
def all_clear(visit: SignedVisit, emergency_id: str, asked: AllClear) -> EmergencyShown:
    """End an emergency by a prepared all-clear, which is returned."""
    made = operations.all_clear(
        visit,
        visit.tries,
        EmergencyId(emergency_id),
        prepared=PreparedId(asked.prepared),
        proof=_proof(visit, asked),
    )
    return views.emergency(visit, made)


@urgent.post("/{emergency_id}/all-clear/passkey", responses=refusals(401, 403, 404, 409, 422))
def ask_for_all_clear(visit: InPersonVisit, emergency_id: str, asked: AskAllClear) -> TouchAsked:
    """Return what one's device is to sign for an all-clear."""
    visit.viewer.need(Act.AIR_EMERGENCY)
    prepared = PreparedId(asked.prepared)
    return operations.ask_all_clear(
        visit, visit.tries, EmergencyId(emergency_id), prepared=prepared, kid=asked.kid
    )


@urgent.post("/{emergency_id}/stop", responses=refusals(401, 403, 404, 409))
def stop(visit: SignedVisit, emergency_id: str, asked: Reason) -> EmergencyShown:
    """End one emergency everywhere, at once."""
    operations.stop_one(visit, EmergencyId(emergency_id), asked.reason)
    return views.emergency(visit, EmergencyId(emergency_id))


def _wanted(asked: WantedEmergency) -> WantedCall:
    bulletin = None if asked.bulletin is None else BulletinId(asked.bulletin)
    prepared = None if asked.prepared is None else PreparedId(asked.prepared)
    areas = [AreaCode(area) for area in asked.areas]
    return WantedCall(areas, prepared, bulletin, asked.volume, timedelta(minutes=asked.minutes))


def _proof(visit: Visit, asked: Proved) -> operations.CallProof:
    touch = None if asked.passkey is None else touch_of(visit, asked.passkey)
    return operations.CallProof(asked.password, asked.code, touch)


router.routes.extend(prepares.routes)
router.routes.extend(urgent.routes)
