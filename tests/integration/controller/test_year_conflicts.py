"""What a schedule meets within a year is named before it is saved: rule against rule, nothing planned yet."""

from datetime import UTC, date, datetime, time

import pytest

from controller.features.airings.conflicts import Meeting
from controller.features.airings.service import plan_airing
from controller.features.schedules.service import end_schedule, schedule_bulletin
from controller.features.schedules.year_conflicts import AskedRules, conflicts_of_year
from controller.model.local_time import ZONE
from devices.ids import Grade
from schedules.recurrence import Daily, MonthlyByDay, Once, Weekday, Weekly
from schedules.skips import Skips
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, PROVINCE, SqliteWorlds

TET = Daily(at=time(5, 30), first=date(2027, 2, 5), last=date(2027, 2, 10))
"""Tết 2027 is on 6 February; the world begins on 25 November 2026 at 10:00 UTC."""
DAILY = Daily(at=time(5, 30), first=date(2026, 12, 1))
MINUTE = 60_000


@pytest.fixture(scope="module")
def worlds():
    """SQLite alone: nothing here depends on the engine."""
    return SqliteWorlds()


def lay(world, rule, *, areas=(NHA_TRANG,), **wishes):
    wishes = {"by": world.approver, "meeting": Meeting.ACCEPT} | wishes
    return world.do(schedule_bulletin, world.approved(), areas=areas, rule=rule, **wishes).id


def met(world, *rules, areas=(NHA_TRANG,), grade=Grade.ROUTINE, skips=None, length_ms=MINUTE, **more):
    asked = AskedRules(rules, skips or Skips(), areas, grade, length_ms)
    return world.do(conflicts_of_year, asked, **more)


def local(day, at):
    return datetime.combine(day, at, ZONE)


def test_a_tet_programme_is_checked_in_december(world):
    schedule = lay(world, DAILY)
    (found,) = met(world, TET).named
    assert (found.schedule, found.airing, found.title) == (schedule, None, "Lịch tiêm phòng")
    assert (found.times, found.first_at, found.yields) == (6, local(date(2027, 2, 5), time(5, 30)), True)
    assert found.areas == (NHA_TRANG,)


def test_the_one_that_starts_earlier_or_ranks_higher_is_heard(world):
    lay(world, DAILY)
    early = Daily(at=time(5, 29, 30), first=date(2027, 2, 5), last=date(2027, 2, 10))
    assert [one.yields for one in met(world, early).named] == [False]
    assert [one.yields for one in met(world, TET, grade=Grade.PRIORITY).named] == [False]
    assert met(world, Daily(at=time(5, 32), first=date(2027, 2, 5))).total == 0


def test_days_that_either_skips_meet_nothing(world):
    lay(world, DAILY, skips=Skips(days_off=True))
    assert met(world, TET).total == 0  # Tết itself: the daily one leaves it out
    longer = Daily(at=time(5, 30), first=date(2027, 2, 5), last=date(2027, 2, 14))
    assert met(world, longer).named[0].times == 4


def test_only_what_sounds_in_the_same_place_is_met(world):
    lay(world, DAILY, areas=(BAC_NHA_TRANG,))
    assert met(world, TET).total == 0
    (found,) = met(world, TET, areas=(PROVINCE,)).named
    assert found.areas == (BAC_NHA_TRANG,)
    lay(world, MonthlyByDay(at=time(5, 30), first=date(2026, 12, 1), days=frozenset({5})), areas=(PROVINCE,))
    assert met(world, TET).named[0].areas == (NHA_TRANG,)


def test_an_airing_planned_by_hand_far_ahead_is_met_and_named(world):
    start = local(date(2027, 2, 7), time(5, 30)).astimezone(UTC)
    airing = world.do(plan_airing, world.approved(), areas=[NHA_TRANG], starts_at=start, by=world.approver).id
    (found,) = met(world, TET).named
    assert (found.airing, found.schedule, found.times, found.first_at) == (airing, None, 1, start)
    assert met(world, Once(at=time(5, 30), first=date(2027, 2, 8))).total == 0


def test_an_airing_for_several_of_the_asked_areas_is_met_once(world):
    start, both = local(date(2027, 2, 7), time(5, 30)).astimezone(UTC), (NHA_TRANG, BAC_NHA_TRANG)
    world.do(plan_airing, world.approved(), areas=both, starts_at=start, by=world.approver)
    found = met(world, TET, areas=both)
    assert (found.total, set(found.named[0].areas)) == (1, set(both))


def test_several_times_of_a_day_are_asked_together_and_what_has_ended_is_not_met(world):
    morning = lay(world, DAILY)
    evening = lay(world, Weekly(at=time(17), first=date(2026, 11, 1), weekdays=frozenset({Weekday.FRIDAY})))
    rules = [TET, Daily(at=time(17), first=date(2027, 2, 5), last=date(2027, 2, 10))]
    assert {one.schedule: one.times for one in met(world, *rules).named} == {morning: 6, evening: 1}
    assert met(world, *rules, without={morning}).total == 1
    world.do(end_schedule, evening, by=world.approver)
    assert met(world, *rules, without={morning}).total == 0


def test_more_than_ten_are_counted(world):
    for _ in range(12):
        lay(world, Once(at=time(5, 30), first=date(2027, 2, 6)))
    found = met(world, TET)
    assert (len(found.named), found.total, found.more) == (10, 12, 2)
