"""JSON API for schedules and days off."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from controller.features.accounts.viewer import Signed, TheStation, Viewer
from controller.features.airings.service import check_sound, check_targets
from controller.features.airings.timing import LATEST_AFTER
from controller.features.areas.queries import area_tree
from controller.features.bulletins.page_queries import titles_of
from controller.features.bulletins.queries import seen_bulletin
from controller.features.schedules import operations
from controller.features.schedules.conflict_check import (
    RequestedSchedule,
    check_move_conflicts,
    check_schedule_conflicts,
    outlook_facts,
    requested_of,
)
from controller.features.schedules.days_off import remove_day_off, set_day_off
from controller.features.schedules.queries import (
    airings_of_occurrences,
    get_occurrence,
    next_occurrences,
    own_days,
    own_days_between,
    schedules_for,
    seen_schedule,
    targets_of_schedules,
    version_of_schedule,
)
from controller.features.schedules.rule_parsing import rule_of, skips_of
from controller.features.schedules.schemas import (
    AiringMoved,
    CancelOccurrence,
    DayOffAsked,
    DayOffShown,
    MoveAiring,
    MoveOccurrence,
    OccurrenceShown,
    ScheduleAsked,
    ScheduleChanged,
    ScheduleForesight,
    ScheduleShown,
    ScheduleWhole,
    SkipsAsked,
)
from controller.features.schedules.service import (
    cancel_occurrence,
    end_schedule,
    move_occurrence,
    schedule_bulletin,
)
from controller.http.lanes import UrgentRoute
from controller.http.refusals import refusals
from controller.http.schemas import Reason
from controller.model.schedule_states import ScheduleId, ScheduleState
from controller.model.schedules import Schedule
from controller.store import Session
from devices.ids import AreaCode
from schedules.lunar import lunar_day
from schedules.public_holidays import public_holidays
from schedules.recurrence import Dated

router = APIRouter(tags=["schedules"])
urgent = APIRouter(route_class=UrgentRoute)
_MOST = 500
_NEXT = 30
_YEAR = Annotated[int, Query(ge=2000, le=2100)]
_VIETNAM = timedelta(hours=7)


@router.get("/schedules", responses=refusals(401, 422))
def index(station: TheStation, viewer: Signed, state: ScheduleState | None = None) -> list[ScheduleShown]:
    """Return the schedules that the person may see, newest first; at most 500."""
    with station.store.read() as session:
        rows = schedules_for(session, viewer.scope.hears, limit=_MOST, state=state)
        return _shown(session, viewer, rows)


@router.post("/schedules", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def create(station: TheStation, viewer: Signed, asked: ScheduleAsked) -> ScheduleWhole:
    """Create a schedule; its airings of the next 14 days are made at once."""
    latest = asked.latest_after_seconds
    with station.store.write() as session:
        bulletin = seen_bulletin(session, viewer.scope, asked.bulletin)
        schedule = schedule_bulletin(
            session,
            bulletin.id,
            areas=[AreaCode(area) for area in asked.areas],
            rule=rule_of(asked.rule),
            skips=skips_of(asked.skips),
            grade=asked.grade,
            volume=asked.volume,
            latest_after=None if latest is None else timedelta(seconds=latest),
            meeting=asked.meeting,
            by=viewer.operator,
            now=station.now(),
        )
        schedule_id = schedule.id
    station.wake()
    return one(station, viewer, schedule_id)


@router.post("/schedules/foresee", responses=refusals(401, 403, 404, 409, 422))
def look_ahead(station: TheStation, viewer: Signed, asked: ScheduleAsked) -> ScheduleForesight:
    """Return the conflicts of a schedule's occurrences in the next 14 days; nothing is saved."""
    with station.store.read() as session:
        bulletin = seen_bulletin(session, viewer.scope, asked.bulletin)
        areas = [AreaCode(area) for area in asked.areas]
        check_targets(session, area_tree(session), areas, asked.grade, viewer.operator)
        check_sound(bulletin, asked.grade, asked.volume)
        latest = asked.latest_after_seconds
        patience = LATEST_AFTER[asked.grade] if latest is None else timedelta(seconds=latest)
        requested = RequestedSchedule(bulletin.id, areas, patience, asked.grade, asked.volume)
        rule, skips = rule_of(asked.rule), skips_of(asked.skips)
        outlook = check_schedule_conflicts(session, requested, rule, skips, now=station.now())
        return ScheduleForesight.model_validate(outlook_facts(outlook))


@router.get("/schedules/{schedule_id}", responses=refusals(401, 404))
def one(station: TheStation, viewer: Signed, schedule_id: str) -> ScheduleWhole:
    """Return one schedule with its next 30 occurrences within 400 days."""
    with station.store.read() as session:
        row = seen_schedule(session, viewer.scope, schedule_id)
        (shown,) = _shown(session, viewer, [row])
        coming: Sequence[Dated] = ()
        if row.state is ScheduleState.RUNNING:
            coming = next_occurrences(row, own_days(session), station.now(), _NEXT)
        return ScheduleWhole(
            **shown.model_dump(),
            version=version_of_schedule(row),
            next=_occurrences(session, row.id, coming),
        )


@router.put("/schedules/{schedule_id}", responses=refusals(401, 403, 404, 409, 422))
def change(station: TheStation, viewer: Signed, schedule_id: str, asked: ScheduleChanged) -> ScheduleWhole:
    """Give a schedule another rule; airings that it no longer names are cancelled, new ones are made."""
    rule, skips = rule_of(asked.rule), skips_of(asked.skips)
    operations.change(station, viewer, schedule_id, rule, skips, based_on=asked.based_on)
    return one(station, viewer, schedule_id)


@urgent.post("/schedules/{schedule_id}/end", responses=refusals(401, 403, 404, 409, 422))
def end(station: TheStation, viewer: Signed, schedule_id: str, asked: Reason) -> ScheduleWhole:
    """End a schedule; its remaining airings are stopped."""
    with station.store.write(urgent=True) as session:
        row = seen_schedule(session, viewer.scope, schedule_id)
        end_schedule(session, row.id, by=viewer.operator, now=station.now(), reason=asked.reason)
    station.wake()
    return one(station, viewer, schedule_id)


@urgent.post("/schedules/{schedule_id}/occurrences/cancel", responses=refusals(401, 403, 404, 409, 422))
def cancel(station: TheStation, viewer: Signed, schedule_id: str, asked: CancelOccurrence) -> ScheduleWhole:
    """Cancel one occurrence, planned or playing; the others stay."""
    with station.store.write(urgent=True) as session:
        row = seen_schedule(session, viewer.scope, schedule_id)
        cancel_occurrence(
            session,
            row.id,
            asked.original_at.astimezone(UTC),
            by=viewer.operator,
            now=station.now(),
            reason=asked.reason,
        )
    station.wake()
    return one(station, viewer, schedule_id)


@router.post("/schedules/{schedule_id}/occurrences/move", responses=refusals(401, 403, 404, 409, 422))
def move(station: TheStation, viewer: Signed, schedule_id: str, asked: MoveOccurrence) -> ScheduleWhole:
    """Move one occurrence to another start; days off are not checked."""
    with station.store.write() as session:
        row = seen_schedule(session, viewer.scope, schedule_id)
        move_occurrence(
            session,
            row.id,
            asked.original_at.astimezone(UTC),
            to=asked.to.astimezone(UTC),
            by=viewer.operator,
            now=station.now(),
            meeting=asked.meeting,
        )
    station.wake()
    return one(station, viewer, schedule_id)


@router.post("/schedules/{schedule_id}/occurrences/foresee", responses=refusals(401, 403, 404, 409, 422))
def look_ahead_of_move(
    station: TheStation, viewer: Signed, schedule_id: str, asked: MoveOccurrence
) -> ScheduleForesight:
    """Return the conflicts of one occurrence at another start; nothing is saved."""
    with station.store.read() as session:
        row = seen_schedule(session, viewer.scope, schedule_id)
        areas = targets_of_schedules(session, [row.id])[row.id]
        check_targets(session, area_tree(session), areas, row.grade, viewer.operator)
        original_at, to = asked.original_at.astimezone(UTC), asked.to.astimezone(UTC)
        made = get_occurrence(session, row.id, original_at)
        outlook = check_move_conflicts(
            session,
            requested_of(row, areas),
            original_at,
            to,
            now=station.now(),
            without=frozenset() if made is None else {made.airing},
        )
        return ScheduleForesight.model_validate(outlook_facts(outlook))


@router.post("/airings/{airing_id}/move", responses=refusals(401, 403, 404, 409, 422))
def move_airing(station: TheStation, viewer: Signed, airing_id: str, asked: MoveAiring) -> AiringMoved:
    """Have an airing that nobody has begun to hear start at another instant; of a schedule, it alone."""
    new = operations.move(station, viewer, airing_id, asked.to.astimezone(UTC), asked.meeting)
    return AiringMoved(airing=new)


@router.get("/days-off", responses=refusals(401, 422))
def days_off(station: TheStation, viewer: Signed, year: _YEAR) -> list[DayOffShown]:
    """Return the public holidays of a year and the province's own days, in order."""
    del viewer  # every signed-in person may read it
    found = {
        day: DayOffShown(day=day, name=name, off=True, own=False)
        for day, name in public_holidays(year).items()
    }
    with station.store.read() as session:
        for row in own_days_between(session, date(year, 1, 1), date(year, 12, 31)):
            found[row.day] = DayOffShown.of(row, own=True)
    return [found[day] for day in sorted(found)]


@router.post("/days-off", status_code=201, responses=refusals(401, 403, 422))
def add_day_off(station: TheStation, viewer: Signed, asked: DayOffAsked) -> DayOffShown:
    """Add or change a day in the province's list; airings of that day are updated."""
    with station.store.write() as session:
        row = set_day_off(
            session, asked.day, name=asked.name, off=asked.off, by=viewer.operator, now=station.now()
        )
        shown = DayOffShown.of(row, own=True)
    station.wake()
    return shown


@router.delete("/days-off/{day}", status_code=204, responses=refusals(401, 403, 404, 422))
def delete_day_off(station: TheStation, viewer: Signed, day: date) -> None:
    """Remove a day from the province's list."""
    with station.store.write() as session:
        remove_day_off(session, day, by=viewer.operator, now=station.now())
    station.wake()


def _shown(session: Session, viewer: Viewer, rows: Sequence[Schedule]) -> list[ScheduleShown]:
    targets = targets_of_schedules(session, [row.id for row in rows])
    titles = titles_of(session, [row.bulletin for row in rows])
    return [
        ScheduleShown.of(
            row,
            title=titles[row.bulletin],
            where=viewer.scope.where(targets[row.id]),
            areas=targets[row.id],
            skips=SkipsAsked(
                days_off=row.skips.days_off,
                only_lunar=sorted(row.skips.only_lunar),
                never_lunar=sorted(row.skips.never_lunar),
            ),
            latest_after_seconds=row.latest_after_s,
        )
        for row in rows
    ]


def _occurrences(session: Session, schedule: ScheduleId, found: Sequence[Dated]) -> list[OccurrenceShown]:
    airings = airings_of_occurrences(session, schedule, [one.original_at for one in found])
    return [
        OccurrenceShown.of(one, lunar=_lunar(one.starts_at), airing=airings.get(one.original_at))
        for one in found
    ]


def _lunar(at: datetime) -> str:
    """Return the day and month of the lunar calendar; empty outside the supported years."""
    try:
        found = lunar_day((at + _VIETNAM).date())
    except ValueError:
        return ""
    return f"{found.day}/{found.month}" + (" nhuận" if found.leap else "")


router.include_router(urgent)
