"""Whatever people and beats do in whatever order, each occurrence is made once and none is lacking."""

import tempfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from controller.errors import BadInput, LoaError
from controller.features.doctor.invariants import invariants
from controller.features.schedules.days_off import remove_day_off, set_day_off
from controller.features.schedules.occurrence_making import AHEAD, make_occurrences
from controller.features.schedules.queries import get_schedule, next_occurrences, own_days
from controller.features.schedules.service import (
    cancel_occurrence,
    end_schedule,
    move_occurrence,
    schedule_bulletin,
)
from controller.model.airing_states import OPEN
from controller.model.airings import Airing
from controller.model.schedule_states import ScheduleState
from schedules.icalendar import from_text
from schedules.recurrence import LAST_DAY, WORKDAYS, ZONE, Daily, MonthlyByDay, Weekly
from schedules.skips import Skips, why_skipped
from tests.support.rules import DAY, named_walls
from tests.support.station_world import NHA_TRANG, SqliteWorlds

RULES = [
    Daily(at=time(17), first=date(2026, 11, 20)),
    Daily(at=time(5, 30), first=date(2027, 1, 25), times=20),  # over Tết
    Weekly(at=time(11), first=date(2026, 11, 25), weekdays=WORKDAYS),
    MonthlyByDay(at=time(17), first=date(2026, 11, 1), days=frozenset({1, 15, LAST_DAY})),
    MonthlyByDay(at=time(6), first=date(2028, 2, 1), days=frozenset({29, 30, 31})),
]
SKIPS = [Skips(), Skips(days_off=True), Skips(never_lunar=frozenset({1, 15}))]

acts = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 24 * 12)),
    st.tuples(st.just("make")),
    st.tuples(st.just("move"), st.integers(0, 20), st.integers(-400, 400)),
    st.tuples(st.just("cancel"), st.integers(0, 20)),
    st.tuples(st.just("off"), st.integers(0, 20)),
    st.tuples(st.just("on"), st.integers(0, 20)),
    st.tuples(st.just("end")),
)


@pytest.fixture(scope="module")
def seeds():
    return SqliteWorlds()


def do(world, schedule, act):
    """Do one thing; what is refused changes nothing."""
    match act:
        case ("wait", hours):
            world.later(hours=hours)
        case ("make",):
            world.do(make_occurrences)
        case ("move", place, hours):
            one = nth(world, schedule, place)
            to = one and one.starts_at + timedelta(hours=hours)
            if one:
                world.do(move_occurrence, schedule, one.original_at, to=to, by=world.officer)
        case ("cancel", place):
            one = nth(world, schedule, place)
            if one:
                world.do(cancel_occurrence, schedule, one.original_at, by=world.officer)
        case ("off", days):
            world.do(set_day_off, (world.now + days * DAY).date(), name="Nghỉ", by=world.administrator)
        case ("on", days):
            world.do(remove_day_off, (world.now + days * DAY).date(), by=world.administrator)
        case ("end",):
            world.do(end_schedule, schedule, by=world.officer)


def nth(world, schedule, place):
    with world.store.read() as session:
        found = next_occurrences(get_schedule(session, schedule), own_days(session), world.now, 21)
    return found[place] if place < len(found) else None


def expected(world, schedule):
    """What the rule names from now to two weeks on, found day by day."""
    with world.store.read() as session:
        row, own = get_schedule(session, schedule), own_days(session)
    if row.state is ScheduleState.ENDED:
        return []
    rule, moved = from_text(row.rule), dict(from_text(row.rule).moved)
    made = named_walls(rule, (world.now + AHEAD).date() + 2 * DAY) - rule.cancelled - moved.keys()
    walls = {wall for wall in made if why_skipped(wall.date(), row.skips, own) is None}
    starts = [wall.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC) for wall in walls | set(moved.values())]
    return sorted(start for start in starts if world.now < start < world.now + AHEAD)


def still_named(world, rule, skips):
    """What the rule names within a year from now."""
    with world.store.read() as session:
        own = own_days(session)
    walls = {
        wall
        for wall in named_walls(rule, world.now.date() + 366 * DAY)
        if why_skipped(wall.date(), skips, own) is None
    }
    starts = [wall.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC) for wall in walls]
    return sorted(start for start in starts if world.now < start < world.now + 365 * DAY)


def planned(world, schedule):
    query = select(Airing.asked_at).where(Airing.schedule == schedule, Airing.state.in_(OPEN))
    with world.store.read() as session:
        return sorted(at for at in session.scalars(query) if at > world.now)


@given(
    st.sampled_from(RULES),
    st.sampled_from(SKIPS),
    st.datetimes(datetime(2026, 11, 25), datetime(2027, 2, 20)),  # noqa: DTZ001 - UTC is added below
    st.lists(acts, min_size=1, max_size=10),
)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_occurrence_is_made_once_in_any_order_of_acts(seeds, rule, skips, begun, story):
    with tempfile.TemporaryDirectory() as folder:
        world = seeds.world(Path(folder))
        try:
            world.now = max(begun, datetime.combine(rule.first, time()) - DAY).replace(
                tzinfo=UTC, microsecond=0
            )
            bulletin = world.submitted(rendered=False)
            wish = {"areas": [NHA_TRANG], "rule": rule, "skips": skips, "by": world.officer}
            if not still_named(world, rule, skips):
                with pytest.raises(BadInput, match="không có lần nào"):
                    world.do(schedule_bulletin, bulletin, **wish)
                return
            schedule = world.do(schedule_bulletin, bulletin, **wish).id
            for act in story:
                try:
                    do(world, schedule, act)
                except LoaError:
                    continue  # refused: the comparison below says that nothing is wrong all the same
                there = planned(world, schedule)
                assert len(there) == len(set(there))
            world.do(make_occurrences)
            assert planned(world, schedule) == expected(world, schedule)
            assert not world.do(make_occurrences).airings
            with world.store.read() as session:
                assert invariants(session, now=world.now) == []
        finally:
            world.store.close()
