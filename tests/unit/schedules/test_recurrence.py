from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.recurrence import (
    ZONE,
    Daily,
    Once,
    RuleError,
    Weekday,
    Weekly,
    from_text,
    leave_out,
    occurrences,
    once,
    to_text,
)

DAY = timedelta(days=1)
FIVE = time(5)

days = st.dates(date(2020, 1, 1), date(2032, 12, 31))
wall_times = st.builds(time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
zones = st.sampled_from([ZONE, "UTC", "Europe/Berlin", "Pacific/Auckland", "America/St_Johns"])


@st.composite
def rules(draw):
    first = draw(days)
    shared = {
        "at": draw(wall_times),
        "first": first,
        "zone": draw(zones),
        "left_out": frozenset(first + n * DAY for n in draw(st.sets(st.integers(0, 20), max_size=4))),
    }
    kind = draw(st.sampled_from([Once, Daily, Weekly]))
    if kind is Once:
        return Once(**shared)
    shared["last"] = draw(st.none() | st.integers(0, 60).map(lambda n: first + n * DAY))
    if kind is Weekly:
        shared["weekdays"] = draw(st.frozensets(st.sampled_from(Weekday), min_size=1))
    return kind(**shared)


@st.composite
def stretches(draw):
    since = datetime.combine(draw(days), draw(wall_times), UTC)
    return since, since + timedelta(minutes=draw(st.integers(0, 60 * 24 * 40)))


def by_trying_each_day(rule, since, until):
    """The same question answered the slow way: is this day one of the rule's, day for day."""
    found = []
    day = since.date() - 3 * DAY
    while day <= until.date() + 3 * DAY:
        named = (
            day == rule.first
            if isinstance(rule, Once)
            else rule.first <= day <= (rule.last or date.max)
            and (not isinstance(rule, Weekly) or day.weekday() in rule.weekdays)
        )
        instant = datetime.combine(day, rule.at, ZoneInfo(rule.zone)).astimezone(UTC)
        if named and day not in rule.left_out and since <= instant < until:
            found.append(instant)
        day += DAY
    return tuple(found)


@given(rules(), stretches())
def test_occurrences_are_those_found_by_trying_each_day(rule, stretch):
    assert occurrences(rule, *stretch) == by_trying_each_day(rule, *stretch)


@given(rules(), stretches(), st.floats(0, 1))
def test_a_stretch_cut_in_two_names_the_same_instants(rule, stretch, share):
    since, until = stretch
    cut = since + (until - since) * share
    assert occurrences(rule, since, cut) + occurrences(rule, cut, until) == occurrences(rule, since, until)


@given(rules(), stretches())
def test_occurrences_grow_and_never_repeat(rule, stretch):
    found = occurrences(rule, *stretch)
    assert all(earlier < later for earlier, later in pairwise(found))


@given(rules())
def test_a_rule_read_back_from_its_text_is_the_same(rule):
    assert from_text(to_text(rule)) == rule


@given(rules().filter(lambda rule: rule.zone == ZONE and rule.first >= date(2025, 1, 1)))
@settings(max_examples=40)
def test_another_reader_of_icalendar_finds_the_same_instants_in_the_text(rule):
    since = datetime.combine(rule.first, time(), UTC) - DAY
    until = since + 70 * DAY
    others = rrulestr(to_text(rule), forceset=True, compatible=isinstance(rule, Once)).between(
        since, until - timedelta(seconds=1), inc=True
    )
    assert tuple(instant.astimezone(UTC) for instant in others) == occurrences(rule, since, until)


def test_five_in_the_morning_in_khanh_hoa_is_ten_in_the_evening_before_in_utc():
    rule = Daily(at=FIVE, first=date(2026, 11, 25))
    found = occurrences(rule, datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC))
    assert found == (datetime(2026, 11, 24, 22, tzinfo=UTC), datetime(2026, 11, 25, 22, tzinfo=UTC))


def test_a_weekly_rule_keeps_to_its_weekdays_in_its_own_zone():
    rule = Weekly(at=FIVE, first=date(2026, 11, 23), weekdays=frozenset({Weekday.MONDAY, Weekday.FRIDAY}))
    found = occurrences(rule, datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    assert [instant.astimezone(ZoneInfo(ZONE)).date().day for instant in found] == [23, 27, 30]


def test_the_last_day_is_included():
    rule = Daily(at=time(23, 59, 59), first=date(2026, 1, 1), last=date(2026, 1, 3))
    assert len(occurrences(rule, datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))) == 3


def test_a_day_left_out_is_silent_and_the_others_are_not():
    rule = leave_out(Daily(at=FIVE, first=date(2026, 2, 16), last=date(2026, 2, 18)), date(2026, 2, 17))
    found = occurrences(rule, datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
    assert [instant.astimezone(ZoneInfo(ZONE)).day for instant in found] == [16, 18]


def test_the_stretch_includes_its_beginning_and_not_its_end():
    start = datetime(2026, 11, 24, 22, tzinfo=UTC)
    rule = once(start)
    assert occurrences(rule, start, start + DAY) == (start,)
    assert occurrences(rule, start - DAY, start) == ()


def test_once_at_a_wall_time_and_once_at_its_instant_are_the_same_rule():
    assert once(datetime(2026, 11, 25, 5)) == once(datetime(2026, 11, 24, 22, tzinfo=UTC))  # noqa: DTZ001


def test_a_rule_of_long_ago_expands_as_fast_as_a_new_one():
    old = Daily(at=FIVE, first=date(1900, 1, 1))
    found = occurrences(old, datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC))
    assert len(found) == 2


def test_a_wall_time_that_a_clock_change_skips_still_happens_once():
    rule = Daily(at=time(2, 30), first=date(2026, 3, 28), last=date(2026, 3, 30), zone="Europe/Berlin")
    found = occurrences(rule, datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC))
    assert [(instant.day, instant.hour) for instant in found] == [(28, 1), (29, 1), (30, 0)]


def test_the_text_is_icalendar():
    rule = Weekly(
        at=FIVE,
        first=date(2026, 11, 23),
        last=date(2026, 12, 31),
        weekdays=frozenset({Weekday.FRIDAY, Weekday.MONDAY}),
        left_out=frozenset({date(2026, 11, 27)}),
    )
    assert to_text(rule) == (
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000\n"
        "RRULE:FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20261230T220000Z\n"
        "EXDATE;TZID=Asia/Ho_Chi_Minh:20261127T050000"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "every day",
        "RRULE:FREQ=DAILY",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000\nRRULE:FREQ=HOURLY",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000\nRRULE:FREQ=DAILY;COUNT=3",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000\nRRULE:FREQ=DAILY;BYDAY=MO",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000\nRRULE:FREQ=WEEKLY",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000\nRRULE:FREQ=WEEKLY;BYDAY=XX",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000\nRRULE:DAILY",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261323T050000",
        "DTSTART;TZID=Asia/Nowhere:20261123T050000",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000\nEXDATE;TZID=UTC:20261123T050000",
    ],
)
def test_a_text_that_is_no_rule_of_ours_is_refused(text):
    with pytest.raises(RuleError):
        from_text(text)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Daily(at=time(5, tzinfo=UTC), first=date(2026, 1, 1)),
        lambda: Daily(at=time(5, 0, 0, 1), first=date(2026, 1, 1)),
        lambda: Daily(at=FIVE, first=date(2026, 1, 2), last=date(2026, 1, 1)),
        lambda: Daily(at=FIVE, first=date(2026, 1, 2), zone="../etc/passwd"),
        lambda: Once(at=FIVE, first=date(2026, 1, 2), last=date(2026, 1, 2)),
        lambda: Weekly(at=FIVE, first=date(2026, 1, 2), weekdays=frozenset()),
    ],
)
def test_a_rule_that_names_no_instants_cannot_be_made(make):
    with pytest.raises(RuleError):
        make()


def test_instants_without_a_zone_are_refused():
    with pytest.raises(ValueError, match="aware"):
        occurrences(once(datetime(2026, 1, 1, tzinfo=UTC)), datetime(2026, 1, 1), datetime(2026, 1, 2))  # noqa: DTZ001


def test_a_stretch_of_decades_is_refused():
    since = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="more than"):
        occurrences(Daily(at=FIVE, first=date(2026, 1, 1)), since, since + 4000 * DAY)
