"""JSON API for schedules and days off."""

from datetime import UTC, date, timedelta
from typing import Annotated

from fastapi import Query

from controller.features.accounts.dependencies import SignedVisit
from controller.features.schedules import service, views
from controller.features.schedules.days_off import remove_day_off, set_day_off
from controller.features.schedules.schemas import (
    AiringMoved,
    CancelOccurrence,
    DayOffAsked,
    DayOffShown,
    MoveAiring,
    MoveOccurrence,
    ScheduleAsked,
    ScheduleChanged,
    ScheduleForesight,
    ScheduleShown,
    ScheduleWhole,
)
from controller.http.json_router import json_router
from controller.http.lanes import UrgentRoute
from controller.http.refusals import refusals
from controller.http.schemas import Reason
from controller.model.schedule_states import ScheduleState
from devices.ids import AreaCode

router = json_router(tags=["schedules"])
urgent = json_router(tags=["schedules"], route_class=UrgentRoute)
_YEAR = Annotated[int, Query(ge=2000, le=2100)]


@router.get("/schedules", responses=refusals(401, 422))
def index(visit: SignedVisit, state: ScheduleState | None = None) -> list[ScheduleShown]:
    """Return the schedules that the person may see, newest first; at most 500."""
    return views.schedules_shown(visit, state)


@router.post("/schedules", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def create(visit: SignedVisit, asked: ScheduleAsked) -> ScheduleWhole:
    """Create a schedule; its airings of the next 14 days are made at once."""
    latest = asked.latest_after_seconds
    (made,) = service.schedule_each(
        visit,
        asked.bulletin,
        [asked.rule.parsed()],
        **visit.stamp,
        skips=asked.skips.parsed(),
        areas=[AreaCode(area) for area in asked.areas],
        grade=asked.grade,
        volume=asked.volume,
        latest_after=None if latest is None else timedelta(seconds=latest),
        meeting=asked.meeting,
    )
    return views.schedule_whole(visit, made.id)


@router.post("/schedules/foresee", responses=refusals(401, 403, 404, 409, 422))
def look_ahead(visit: SignedVisit, asked: ScheduleAsked) -> ScheduleForesight:
    """Return the conflicts of the next 14 days' occurrences, and what the rule meets within a year."""
    return views.conflicts_of(visit, asked)


@router.get("/schedules/{schedule_id}", responses=refusals(401, 404))
def one(visit: SignedVisit, schedule_id: str) -> ScheduleWhole:
    """Return one schedule with its next 30 occurrences within 400 days."""
    return views.schedule_whole(visit, schedule_id)


@router.put("/schedules/{schedule_id}", responses=refusals(401, 403, 404, 409, 422))
def change(visit: SignedVisit, schedule_id: str, asked: ScheduleChanged) -> ScheduleWhole:
    """Give a schedule another rule; airings that it no longer names are cancelled, new ones are made."""
    rule, skips = asked.rule.parsed(), asked.skips.parsed()
    service.change_schedule(
        visit, schedule_id, rule=rule, skips=skips, **visit.stamp, based_on=asked.based_on
    )
    return views.schedule_whole(visit, schedule_id)


@urgent.post("/schedules/{schedule_id}/end", responses=refusals(401, 403, 404, 409, 422))
def end(visit: SignedVisit, schedule_id: str, asked: Reason) -> ScheduleWhole:
    """End a schedule; its remaining airings are stopped."""
    service.end_schedule(visit, schedule_id, **visit.stamp, reason=asked.reason)
    return views.schedule_whole(visit, schedule_id)


@urgent.post("/schedules/{schedule_id}/occurrences/cancel", responses=refusals(401, 403, 404, 409, 422))
def cancel(visit: SignedVisit, schedule_id: str, asked: CancelOccurrence) -> ScheduleWhole:
    """Cancel one occurrence, planned or playing; the others stay."""
    original_at = asked.original_at.astimezone(UTC)
    service.cancel_occurrence(visit, schedule_id, original_at, **visit.stamp, reason=asked.reason)
    return views.schedule_whole(visit, schedule_id)


@router.post("/schedules/{schedule_id}/occurrences/move", responses=refusals(401, 403, 404, 409, 422))
def move(visit: SignedVisit, schedule_id: str, asked: MoveOccurrence) -> ScheduleWhole:
    """Move one occurrence to another start; days off are not checked."""
    service.move_occurrence(
        visit,
        schedule_id,
        asked.original_at.astimezone(UTC),
        to=asked.to.astimezone(UTC),
        **visit.stamp,
        meeting=asked.meeting,
    )
    return views.schedule_whole(visit, schedule_id)


@router.post("/schedules/{schedule_id}/occurrences/foresee", responses=refusals(401, 403, 404, 409, 422))
def look_ahead_of_move(visit: SignedVisit, schedule_id: str, asked: MoveOccurrence) -> ScheduleForesight:
    """Return the conflicts of one occurrence at another start; nothing is saved."""
    return views.conflicts_of_move(visit, schedule_id, asked)


@router.post("/airings/{airing_id}/move", responses=refusals(401, 403, 404, 409, 422))
def move_airing(visit: SignedVisit, airing_id: str, asked: MoveAiring) -> AiringMoved:
    """Have an airing that nobody has begun to hear start at another instant; of a schedule, it alone."""
    to = asked.to.astimezone(UTC)
    new = service.move_one(visit, airing_id, to=to, **visit.stamp, meeting=asked.meeting)
    return AiringMoved(airing=new)


@router.get("/days-off", responses=refusals(401, 422))
def days_off(visit: SignedVisit, year: _YEAR) -> list[DayOffShown]:
    """Return the public holidays of a year and the province's own days, in order."""
    return views.days_off_shown(visit.station, year)


@router.post("/days-off", status_code=201, responses=refusals(401, 403, 422))
def add_day_off(visit: SignedVisit, asked: DayOffAsked) -> DayOffShown:
    """Add or change a day in the province's list; airings of that day are updated."""
    row = set_day_off(visit, asked.day, name=asked.name, off=asked.off, **visit.stamp)
    return DayOffShown.of(row, own=True)


@router.delete("/days-off/{day}", status_code=204, responses=refusals(401, 403, 404, 422))
def delete_day_off(visit: SignedVisit, day: date) -> None:
    """Remove a day from the province's list."""
    remove_day_off(visit, day, **visit.stamp)


router.routes.extend(urgent.routes)
