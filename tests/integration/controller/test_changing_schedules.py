"""A schedule is given another rule: what is planned follows, what a person changed by hand stays."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from controller.errors import Conflict, NotAllowed
from controller.features.airings.planning import AgainstPolicy
from controller.features.plans.policy_signing import sign_policy
from controller.features.schedules.queries import get_schedule
from controller.features.schedules.service import (
    cancel_occurrence,
    change_schedule,
    end_schedule,
    move_occurrence,
    schedule_bulletin,
)
from schedules.icalendar import from_text
from schedules.recurrence import WORKDAYS, Daily, Weekly
from schedules.skips import Skips
from tests.support.station_world import NHA_TRANG, PASSWORD, PROVINCE
from tests.support.stored_rows import open_airings

DAILY = Daily(at=time(17, 0), first=date(2026, 11, 25))  # the world begins at 10:00 wall time of that day
FIRST = datetime(2026, 11, 25, 10, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
AT_EIGHTEEN = Daily(at=time(18, 0), first=date(2026, 11, 25))


@pytest.fixture
def schedule(world):
    return world.do(schedule_bulletin, world.approved(), rule=DAILY, areas=(NHA_TRANG,), by=world.officer).id


def open_starts(world):
    return [airing.asked_at for airing in world.ask(open_airings)]


def change(world, schedule, rule, **wishes):
    world.do(change_schedule, schedule, rule=rule, **({"by": world.officer} | wishes))


def test_what_is_planned_follows_the_new_time(world, schedule):
    before = open_starts(world)
    change(world, schedule, AT_EIGHTEEN)
    assert open_starts(world) == [at + HOUR for at in before]


def test_days_that_the_new_rule_does_not_name_are_taken_back(world, schedule):
    change(world, schedule, Weekly(at=time(17, 0), first=DAILY.first, weekdays=WORKDAYS))
    assert {(at + timedelta(hours=7)).weekday() for at in open_starts(world)} == {0, 1, 2, 3, 4}


def test_what_was_changed_by_hand_stays_on_the_days_that_are_left(world, schedule):
    world.do(cancel_occurrence, schedule, FIRST + DAY, by=world.officer)
    world.do(move_occurrence, schedule, FIRST + 2 * DAY, to=FIRST + 2 * DAY + 3 * HOUR, by=world.officer)
    change(world, schedule, AT_EIGHTEEN)
    starts = open_starts(world)
    assert FIRST + DAY + HOUR not in starts
    assert FIRST + 2 * DAY + HOUR not in starts
    assert FIRST + 2 * DAY + 3 * HOUR in starts
    rule = from_text(world.ask(get_schedule, schedule).rule)
    assert (len(rule.moved), len(rule.cancelled)) == (1, 1)


def test_a_change_keeps_to_days_off_from_then_on(world, schedule):
    change(world, schedule, DAILY, skips=Skips(never_lunar=frozenset({15})))
    assert world.ask(get_schedule, schedule).skips.never_lunar == {15}


def test_who_may_not_air_there_changes_nothing(world, schedule):
    before = open_starts(world)
    with pytest.raises(NotAllowed):
        change(world, schedule, AT_EIGHTEEN, by=world.technician)
    assert open_starts(world) == before


def test_an_ended_schedule_cannot_be_changed(world, schedule):
    world.do(end_schedule, schedule, by=world.officer)
    with pytest.raises(Conflict):
        change(world, schedule, AT_EIGHTEEN)
    assert open_starts(world) == []


def one_minute_a_day(world):
    world.do(
        sign_policy,
        area=PROVINCE,
        administrator=world.administrator,
        password=PASSWORD,
        quiet_hours=(),
        minutes_a_day=1,
    )


def test_what_the_schedule_itself_airs_is_not_counted_against_its_change(world, schedule):
    one_minute_a_day(world)
    before = open_starts(world)
    change(world, schedule, AT_EIGHTEEN)
    assert open_starts(world) == [at + HOUR for at in before]


def test_a_later_occurrence_against_a_policy_refuses_the_change_and_is_named(world, schedule):
    one_minute_a_day(world)
    fifth = FIRST + 5 * DAY
    world.plan(world.approved(), seconds=(fifth - 3 * HOUR - world.now).total_seconds(), by=world.officer)
    before = open_starts(world)
    with pytest.raises(AgainstPolicy) as refused:
        change(world, schedule, AT_EIGHTEEN)
    assert "có 1 lần bị vướng" in refused.value.sentence
    forbidden = [one["starts_at"] for one in refused.value.facts["occurrences"] if one["is_forbidden"]]
    assert [datetime.fromisoformat(at) for at in forbidden] == [fifth + HOUR]
    assert open_starts(world) == before
