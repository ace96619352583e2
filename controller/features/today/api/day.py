"""The page Hôm nay by JSON."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.airings.api.airings import airing_shown
from controller.features.consent.asked import OpenQuestions
from controller.features.emergencies.queries import emergencies
from controller.features.emergencies.views import emergency_shown
from controller.features.today.queries import today as today_of
from controller.features.today.schemas import TileShown, TodayWithEmergencies, TroubleShown
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.signs import StatusTone

router = json_router(tags=["airings"])


@router.get("/today", responses=refusals(401))
def today(visit: SignedVisit) -> TodayWithEmergencies:
    """Return what sounds or is called, what comes in 24 hours, the last airing, and each commune's nodes."""
    now = visit.now()
    day = today_of(visit.store, visit, OpenQuestions())  # what waits for a commune is on its own address
    called = emergencies(visit.store, visit.scope.hears, now)
    return TodayWithEmergencies(
        emergencies=[emergency_shown(view) for view in called],
        now=now,
        broker_up=visit.station.broker_up(),
        sounding=[airing_shown(view) for view in day.sounding],
        upcoming=[airing_shown(view) for view in day.upcoming],
        last=day.last and airing_shown(day.last),
        to_approve=day.todo.to_approve,
        keys_to_sign_for=day.todo.keys,
        tiles=[TileShown.of(tile, area=tile.code) for tile in day.tiles],
        troubles=[TroubleShown.of(one, serious=one.tone is StatusTone.BAD) for one in day.troubles],
        normal=day.seen.normal,
    )
