"""The page Hôm nay by JSON."""

from fastapi import APIRouter

from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.airings.api.airings import airing_shown
from controller.features.consent.asked import asked_by
from controller.features.emergencies.queries import emergencies
from controller.features.emergencies.views import emergency_shown
from controller.features.today.queries import today as today_of
from controller.features.today.schemas import TileShown, TodayWithEmergencies
from controller.http.refusals import refusals

router = APIRouter(tags=["airings"])


@router.get("/today", responses=refusals(401))
def today(station: TheStation, viewer: Signed) -> TodayWithEmergencies:
    """Return what sounds or is called, what comes in 24 hours, the last airing, and each commune's nodes."""
    now = station.now()
    day = today_of(station.store, station, viewer, asked_by(viewer))
    called = emergencies(station.store, viewer.scope.hears, now)
    return TodayWithEmergencies(
        emergencies=[emergency_shown(view) for view in called],
        now=now,
        broker_up=station.broker_up(),
        sounding=[airing_shown(view) for view in day.sounding],
        upcoming=[airing_shown(view) for view in day.upcoming],
        last=day.last and airing_shown(day.last),
        to_approve=day.todo.to_approve,
        keys_to_sign_for=day.todo.keys,
        tiles=[TileShown.of(tile, area=tile.code) for tile in day.tiles],
    )
