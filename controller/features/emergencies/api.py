"""Emergencies by JSON: what is prepared and whom it reaches; calling, confirming, ending; tests."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request

from controller.errors import BadInput, NotFound
from controller.features.accounts.dependencies import Signed, TheStation, tries_of
from controller.features.accounts.viewer import Viewer
from controller.features.airings.queries import sound_end_of
from controller.features.bulletins.queries import seen_bulletin
from controller.features.emergencies import operations
from controller.features.emergencies.preparation import prepare, release, write_from_template
from controller.features.emergencies.queries import (
    EmergencyView,
    PreparedView,
    emergencies,
    emergency_view,
    get_prepared,
    prepared_views,
    sounding_in,
)
from controller.features.emergencies.schemas import (
    AllClear,
    CallEmergency,
    Confirm,
    EmergencyShown,
    Prepare,
    PreparedShown,
    StopWhere,
    TemplateShown,
    TemplatesShown,
    Test,
)
from controller.features.emergencies.service import Call, decline_emergency
from controller.features.emergencies.texts import TEMPLATES
from controller.http.lanes import UrgentRoute
from controller.http.refusals import refusals
from controller.http.schemas import Code, Reason
from controller.http.station import Station
from controller.model.bulletin_states import BulletinId
from controller.model.emergency_states import EmergencyId, PreparedId
from devices.ids import AreaCode

router = APIRouter(tags=["emergencies"])
prepares = APIRouter(prefix="/emergencies")
urgent = APIRouter(prefix="/emergencies", route_class=UrgentRoute)
_LATELY = timedelta(days=1)


@urgent.get("/templates", responses=refusals(401, 404))
def templates(
    station: TheStation, viewer: Signed, area: Annotated[list[Code] | None, Query(max_length=1000)] = None
) -> TemplatesShown:
    """Return what can be called in the areas (by default the own one), and how many nodes it would reach."""
    areas = [AreaCode(code) for code in area or [viewer.operator.area]]
    _check_seen(viewer, areas)
    with station.store.read() as session:
        views = prepared_views(session, areas, station.now())
        sounding = sounding_in(session, areas)
    return TemplatesShown(
        prepared=[_prepared(view) for view in views],
        sounding=[airing.id for airing in sounding],
        templates=[TemplateShown.of(one) for one in TEMPLATES],
    )


@prepares.post("/templates", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def add(station: TheStation, viewer: Signed, asked: Prepare) -> PreparedShown:
    """Have nodes hold a recording ready: written and submitted from a built-in text, or an existing bulletin.

    Nothing is held before another person has approved it.
    """
    area, now = AreaCode(asked.area), station.now()
    if (asked.template is None) == (asked.bulletin is None):
        raise BadInput("Hãy chọn một mẫu, hoặc một bản tin đã có.", code="emergency.which")
    with station.store.write() as session:
        if asked.template is not None:
            row = write_from_template(
                session, asked.template, area, by=viewer.operator, now=now, speech=station.speech
            )
        else:
            bulletin = seen_bulletin(session, viewer.scope, asked.bulletin or "")
            row = prepare(session, bulletin.id, asked.kind, area, by=viewer.operator, now=now)
        prepared = row.id
    station.wake()
    with station.store.read() as session:
        views = prepared_views(session, [area], now)
    return next(_prepared(view) for view in views if view.row.id == prepared)


@prepares.post("/templates/{prepared}/release", status_code=204, responses=refusals(401, 403, 404, 409))
def let_go(station: TheStation, viewer: Signed, prepared: str) -> None:
    """Stop holding a recording on nodes."""
    with station.store.write() as session:
        if get_prepared(session, PreparedId(prepared)).area not in viewer.scope.hears:
            raise NotFound("Không có bản ghi soạn sẵn này.", code="emergency.unknown-prepared")
        release(session, PreparedId(prepared), by=viewer.operator, now=station.now())
    station.wake()


@urgent.get("", responses=refusals(401))
def index(station: TheStation, viewer: Signed, *, lately: bool = False) -> list[EmergencyShown]:
    """Return what waits for a second person or sounds now; with `lately` also all of the last day."""
    now = station.now()
    with station.store.read() as session:
        views = emergencies(session, viewer.scope.hears, now, since=now - _LATELY if lately else None)
    return [emergency(view) for view in views]


@urgent.post("", status_code=201, responses=refusals(401, 403, 404, 409, 422, 429))
def call(request: Request, station: TheStation, viewer: Signed, asked: CallEmergency) -> EmergencyShown:
    """Call an emergency; it sounds when a second person confirms it, or at once with `alone_because`."""
    bulletin = None if asked.bulletin is None else BulletinId(asked.bulletin)
    prepared = None if asked.prepared is None else PreparedId(asked.prepared)
    areas = [AreaCode(area) for area in asked.areas]
    wish = Call(areas, prepared, bulletin, asked.volume, timedelta(minutes=asked.minutes))
    made = operations.call(
        station, viewer, tries_of(request), wish, alone_because=asked.alone_because, code=asked.code
    )
    return _shown(station, viewer, made)


@urgent.post("/stop", responses=refusals(401, 403, 404, 409, 422))
def stop_where(station: TheStation, viewer: Signed, asked: StopWhere) -> list[EmergencyShown]:
    """End everything that was called and sounds in areas, there alone; return what was ended."""
    areas = [AreaCode(area) for area in asked.areas]
    _check_seen(viewer, areas)
    ended = operations.stop_where(station, viewer, areas, asked.reason)
    with station.store.read() as session:
        return [
            emergency(emergency_view(session, row.id, viewer.scope.hears, station.now())) for row in ended
        ]


@urgent.post("/test", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def test(station: TheStation, viewer: Signed, asked: Test) -> EmergencyShown:
    """Sound a prepared test once; never in quiet hours, and never while an emergency sounds there."""
    areas = [AreaCode(area) for area in asked.areas]
    wish = Call(areas, PreparedId(asked.prepared), volume=asked.volume)
    return _shown(station, viewer, operations.test(station, viewer, wish))


@urgent.get("/{emergency_id}", responses=refusals(401, 404))
def one(station: TheStation, viewer: Signed, emergency_id: str) -> EmergencyShown:
    """Return one emergency with its reach."""
    return _shown(station, viewer, EmergencyId(emergency_id))


@urgent.post("/{emergency_id}/confirm", responses=refusals(401, 403, 404, 409, 422, 429))
def confirm(
    request: Request, station: TheStation, viewer: Signed, emergency_id: str, asked: Confirm
) -> EmergencyShown:
    """Confirm what another person called: it sounds at once."""
    made = operations.confirm(station, viewer, tries_of(request), EmergencyId(emergency_id), asked.code)
    return _shown(station, viewer, made)


@urgent.post("/{emergency_id}/decline", responses=refusals(401, 403, 404, 409))
def decline(station: TheStation, viewer: Signed, emergency_id: str, asked: Reason) -> EmergencyShown:
    """Reject a call that waits for confirmation."""
    with station.store.write(urgent=True) as session:
        emergency_view(session, EmergencyId(emergency_id), viewer.scope.hears, station.now())
        decline_emergency(
            session, EmergencyId(emergency_id), by=viewer.operator, now=station.now(), reason=asked.reason
        )
    return _shown(station, viewer, EmergencyId(emergency_id))


@urgent.post("/{emergency_id}/all-clear", status_code=201, responses=refusals(401, 403, 404, 409, 422, 429))
def all_clear(
    request: Request, station: TheStation, viewer: Signed, emergency_id: str, asked: AllClear
) -> EmergencyShown:
    """End an emergency by a prepared all-clear, which is returned."""
    made = operations.all_clear(
        station,
        viewer,
        tries_of(request),
        EmergencyId(emergency_id),
        prepared=PreparedId(asked.prepared),
        code=asked.code,
    )
    return _shown(station, viewer, made)


@urgent.post("/{emergency_id}/stop", responses=refusals(401, 403, 404, 409))
def stop(station: TheStation, viewer: Signed, emergency_id: str, asked: Reason) -> EmergencyShown:
    """End one emergency everywhere, at once."""
    operations.stop_one(station, viewer, EmergencyId(emergency_id), asked.reason)
    return _shown(station, viewer, EmergencyId(emergency_id))


def emergency(view: EmergencyView) -> EmergencyShown:
    """Return an emergency as programs get it."""
    row, airing = view.row, view.airing
    return EmergencyShown.of(
        row,
        state=view.standing,
        is_running=view.is_running,
        title=view.title,
        areas=view.areas,
        called_by=view.caller,
        confirmed_by=view.confirmer,
        airing_state=airing and airing.state,
        starts_at=airing and airing.starts_at,
        ends_at=None if airing is None else airing.ended_at or sound_end_of(airing),
        nodes=view.reach.nodes,
        started=view.reach.started,
        muted=view.muted,
    )


def _prepared(view: PreparedView) -> PreparedShown:
    approved, recording = view.sound or (None, None)
    return PreparedShown.of(
        view.row,
        title=view.bulletin.title,
        is_approved=approved is not None,
        approval_expires_at=approved and approved.expires_at,
        recording=recording and recording.id,
        duration_ms=recording and recording.duration_ms,
        readiness=view.readiness,
    )


def _shown(station: Station, viewer: Viewer, made: EmergencyId) -> EmergencyShown:
    with station.store.read() as session:
        return emergency(emergency_view(session, made, viewer.scope.hears, station.now()))


def _check_seen(viewer: Viewer, areas: list[AreaCode]) -> None:
    if not viewer.scope.seen.issuperset(areas):
        raise NotFound("Địa bàn này không thuộc phạm vi của bạn.", code="area.unknown")


router.include_router(prepares)
router.include_router(urgent)
