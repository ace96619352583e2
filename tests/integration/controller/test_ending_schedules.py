"""A schedule's last day does not come unannounced: whoever laid it down is told a week ahead, once."""

from datetime import date, time, timedelta

import pytest

from controller.features.expiries.schedules import tell_of_schedules
from controller.features.notices.queries import notices_of
from controller.features.schedules.service import change_schedule, schedule_bulletin
from controller.model.notices import NoticeKind
from schedules.recurrence import Daily, Weekday, Weekly
from tests.support.station_world import NHA_TRANG


def told(world):
    world.do(tell_of_schedules)
    rows = world.ask(notices_of, world.officer.id)
    return [one.sentence for one in rows if one.kind is NoticeKind.SCHEDULE_ENDS]


def scheduled(world, days, *, made=Daily, **rule):
    begins = world.now.date() + timedelta(days=1)
    rule = made(at=time(17), first=begins, last=begins + timedelta(days=days), **rule)
    asked = {"areas": [NHA_TRANG], "rule": rule, "by": world.officer}
    return rule, world.do(schedule_bulletin, world.approved(), **asked).id


@pytest.mark.both_databases
def test_the_last_day_is_told_a_week_ahead_and_once(world):
    rule, _ = scheduled(world, 60)
    world.later(days=53)
    assert told(world) == []
    world.later(days=2)
    (sentence,) = told(world)
    assert f"phát lần cuối ngày {rule.last:%d/%m/%Y}" in sentence
    for _ in range(8):
        world.later(days=1)
        assert told(world) == [sentence]


def test_the_last_time_that_is_named_counts_and_not_the_day_until_which_it_might_be(world):
    rule, _ = scheduled(world, 60, made=Weekly, weekdays=frozenset({Weekday(world.now.weekday())}))
    world.later(days=50)
    (sentence,) = told(world)
    last = world.now.date()
    assert f"{last + timedelta(days=6):%d/%m/%Y}" in sentence
    assert rule.last > last + timedelta(days=6)


def test_an_end_that_is_put_off_is_told_again_when_it_comes(world):
    rule, schedule = scheduled(world, 60)
    world.later(days=55)
    assert len(told(world)) == 1
    later = Daily(at=rule.at, first=rule.first, last=rule.last + timedelta(days=30))
    world.do(change_schedule, schedule, rule=later, by=world.officer)
    assert len(told(world)) == 1
    world.later(days=30)
    assert len(told(world)) == 2


@pytest.mark.parametrize("days", [3, 12])
def test_a_short_schedule_needs_no_reminder(world, days):
    scheduled(world, days)
    for _ in range(days + 2):
        assert told(world) == []
        world.later(days=1)


def test_one_that_goes_on_for_ever_is_not_told_of(world):
    rule = Daily(at=time(17), first=date(2026, 12, 1))
    world.do(schedule_bulletin, world.approved(), areas=[NHA_TRANG], rule=rule, by=world.officer)
    world.later(days=100)
    assert told(world) == []
