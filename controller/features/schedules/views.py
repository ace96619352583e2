"""What JSON shows of schedules and days off, and what a schedule would meet; one snapshot each."""

from collections.abc import Sequence
from datetime import UTC, date, timedelta

from controller.features.accounts.viewer import Caller, Viewer
from controller.features.airings.planning_context import length_of
from controller.features.airings.service import check_sound, check_targets
from controller.features.airings.timing import LATEST_AFTER
from controller.features.areas.queries import area_tree
from controller.features.bulletins.page_queries import titles_of
from controller.features.bulletins.queries import visible_bulletin
from controller.features.schedules.calendar import lunar_date
from controller.features.schedules.conflict_check import (
    RequestedSchedule,
    check_move_conflicts,
    check_schedule_conflicts,
    outlook_shown,
    requested_of,
)
from controller.features.schedules.queries import (
    airings_of_occurrences,
    get_occurrence,
    next_occurrences,
    own_days,
    own_days_between,
    schedules_for,
    targets_of_schedules,
    version_of_schedule,
    visible_schedule,
)
from controller.features.schedules.schemas import (
    DayOffShown,
    MoveOccurrence,
    OccurrenceShown,
    ScheduleAsked,
    ScheduleForesight,
    ScheduleShown,
    ScheduleWhole,
    SkipsAsked,
    YearConflictShown,
)
from controller.features.schedules.year_conflicts import AskedRules, conflicts_of_year
from controller.http.station import Station
from controller.http.words import wall_day
from controller.model.schedule_states import ScheduleState
from controller.model.schedules import Schedule
from controller.store import Session
from devices.ids import AreaCode
from schedules.public_holidays import public_holidays
from schedules.recurrence import Dated

_MOST = 500
_NEXT = 30


def schedules_shown(caller: Caller, state: ScheduleState | None) -> list[ScheduleShown]:
    """Return the schedules that the person may see, newest first; at most 500."""
    with caller.store.read() as session:
        rows = schedules_for(session, caller.scope.hears, limit=_MOST, state=state)
        return _shown(session, caller.viewer, rows)


def schedule_whole(caller: Caller, schedule_id: str) -> ScheduleWhole:
    """Return one schedule with its next 30 occurrences within 400 days."""
    with caller.store.read() as session:
        row, _ = visible_schedule(session, caller.by, schedule_id)
        (shown,) = _shown(session, caller.viewer, [row])
        coming: Sequence[Dated] = ()
        if row.state is ScheduleState.RUNNING:
            coming = next_occurrences(row, own_days(session), caller.now(), _NEXT)
        airings = airings_of_occurrences(session, row.id, [one.original_at for one in coming])
        return ScheduleWhole(
            **shown.model_dump(),
            version=version_of_schedule(row),
            next=[
                OccurrenceShown.of(
                    one, lunar=lunar_date(wall_day(one.starts_at)), airing=airings.get(one.original_at)
                )
                for one in coming
            ],
        )


def conflicts_of(caller: Caller, asked: ScheduleAsked) -> ScheduleForesight:
    """Return the conflicts of a schedule's next 14 days, and of a year by its rule; nothing is saved."""
    with caller.store.read() as session:
        bulletin = visible_bulletin(session, caller.scope, asked.bulletin)
        areas = [AreaCode(area) for area in asked.areas]
        check_targets(session, area_tree(session), areas, asked.grade, caller.by)
        check_sound(session, bulletin, areas, asked.grade, asked.volume)
        latest = asked.latest_after_seconds
        patience = LATEST_AFTER[asked.grade] if latest is None else timedelta(seconds=latest)
        requested = RequestedSchedule(bulletin.id, areas, patience, asked.grade, asked.volume)
        rule, skips = asked.rule.parsed(), asked.skips.parsed()
        outlook = check_schedule_conflicts(session, requested, rule, skips, now=caller.now())
        length_ms, _ = length_of(session, bulletin.id)
        rules = AskedRules([rule], skips, areas, asked.grade, length_ms)
        year = conflicts_of_year(session, rules, now=caller.now())
        named = [YearConflictShown.of(one) for one in year.named]
        return outlook_shown(outlook).model_copy(update={"year": named, "year_in_all": year.total})


def conflicts_of_move(caller: Caller, schedule_id: str, asked: MoveOccurrence) -> ScheduleForesight:
    """Return the conflicts of one occurrence at another start; nothing is saved."""
    with caller.store.read() as session:
        row, areas = visible_schedule(session, caller.by, schedule_id)
        check_targets(session, area_tree(session), areas, row.grade, caller.by)
        original_at, to = asked.original_at.astimezone(UTC), asked.to.astimezone(UTC)
        made = get_occurrence(session, row.id, original_at)
        without = frozenset() if made is None else {made.airing}
        outlook = check_move_conflicts(
            session, requested_of(row, areas), original_at, to, now=caller.now(), without=without
        )
        return outlook_shown(outlook)


def days_off_shown(station: Station, year: int) -> list[DayOffShown]:
    """Return the public holidays of a year and the province's own days, in order."""
    with station.store.read() as session:
        found = {
            day: DayOffShown(day=day, name=name, off=True, own=False)
            for day, name in public_holidays(year).items()
        }
        for row in own_days_between(session, date(year, 1, 1), date(year, 12, 31)):
            found[row.day] = DayOffShown.of(row, own=True)
        return [found[day] for day in sorted(found)]


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
