"""A schedule's occurrences are made once each, whenever and however often they are asked for."""

from datetime import date, time, timedelta

import pytest

from controller.errors import BadInput, NotAllowed
from controller.features.accounts.service import disable_operator
from controller.features.schedules.occurrence_making import AHEAD, make_occurrences
from controller.features.schedules.queries import get_schedule
from controller.features.schedules.service import end_schedule, schedule_bulletin
from controller.features.withdrawals.service import withdraw_bulletin
from controller.model.airing_states import AiringState
from controller.model.schedule_states import ScheduleState
from schedules.recurrence import Daily, Once, Weekday, Weekly
from tests.support.station_world import NHA_TRANG, PROVINCE
from tests.support.stored_rows import open_airings, running_schedules

DAILY = Daily(at=time(17, 0), first=date(2026, 11, 25))  # the world begins at 10:00 wall time of that day


def scheduled(world, rule=DAILY, by=None, bulletin=None, areas=(NHA_TRANG,)):
    return world.do(
        schedule_bulletin,
        bulletin or world.approved(),
        areas=areas,
        rule=rule,
        by=by or world.officer,
    ).id


def starts(world):
    return [airing.starts_at for airing in world.ask(open_airings)]


def test_a_daily_schedule_makes_two_weeks_of_airings_at_its_wall_time(world):
    scheduled(world)
    first = world.now.replace(hour=10)
    assert starts(world) == [first + timedelta(days=day) for day in range(14)]


def test_beats_make_each_occurrence_once_whenever_they_come(world):
    scheduled(world)
    for _ in range(3):
        assert world.do(make_occurrences).airings == []
    world.later(days=2)
    assert len(world.do(make_occurrences).airings) == 2
    assert world.do(make_occurrences).airings == []
    assert len(set(starts(world))) == len(starts(world)) == 16


def test_what_fell_into_an_outage_of_weeks_is_not_made_up_for(world):
    scheduled(world)
    world.later(days=30)
    made = world.do(make_occurrences).airings
    assert len(made) == 14
    assert min(airing.starts_at for airing in world.ask(open_airings) if airing.id in made) >= world.now


def test_a_weekly_rule_keeps_its_days(world):
    rule = Weekly(
        at=time(5, 0), first=date(2026, 11, 25), weekdays=frozenset({Weekday.MONDAY, Weekday.FRIDAY})
    )
    scheduled(world, rule)
    assert [(at + timedelta(hours=7)).weekday() for at in starts(world)] == [4, 0, 4, 0]


def test_a_rule_that_never_comes_is_refused(world):
    bulletin = world.approved()
    with pytest.raises(BadInput):
        scheduled(world, Once(at=time(9, 0), first=date(2026, 11, 25)), bulletin=bulletin)
    with pytest.raises(NotAllowed):
        scheduled(world, areas=[PROVINCE], bulletin=bulletin)
    assert world.ask(running_schedules) == []


def test_an_ended_schedule_stops_what_of_it_is_still_to_be_heard(world):
    bulletin = world.approved()
    schedule = scheduled(world, bulletin=bulletin)
    alone = world.plan(bulletin)
    world.do(end_schedule, schedule, by=world.officer)
    assert [airing.id for airing in world.ask(open_airings)] == [alone]
    assert world.do(make_occurrences, until=world.now + 3 * AHEAD).airings == []


def test_a_withdrawn_bulletin_ends_its_schedule(world):
    bulletin = world.approved()
    schedule = scheduled(world, bulletin=bulletin)
    world.do(withdraw_bulletin, bulletin, by=world.approver)
    assert starts(world) == []
    world.do(make_occurrences, until=world.now + 2 * AHEAD)
    assert world.ask(get_schedule, schedule).state is ScheduleState.ENDED


def test_a_schedule_of_somebody_who_may_no_longer_air_ends(world):
    schedule = scheduled(world)
    world.do(disable_operator, world.officer.id, by=world.administrator)
    assert world.do(make_occurrences, until=world.now + 2 * AHEAD).airings == []
    assert world.ask(get_schedule, schedule).state is ScheduleState.ENDED


def test_an_occurrence_is_delivered_like_any_airing(world):
    scheduled(world)
    world.later(hours=6)
    (airing,) = world.advance().delivering
    assert world.ask(open_airings)[0].id == airing
    assert world.ask(open_airings)[0].state is AiringState.DELIVERING
