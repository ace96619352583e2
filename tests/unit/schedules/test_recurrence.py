from datetime import UTC, date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.recurrence import (
    LAST_DAY,
    MOST_DATES,
    WORKDAYS,
    ZONE,
    Daily,
    Dated,
    MonthlyByDay,
    MonthlyByWeekday,
    Once,
    RuleError,
    Weekday,
    Weekly,
    cancel,
    dated,
    is_over,
    move,
    occurrences,
    start_of,
)
from tests.support.nightly import examples
from tests.support.rules import DAY, by_trying_each_day, rules, stretches

FIVE = time(5)


def wall(*fields):
    return datetime(*fields)  # noqa: DTZ001 - a wall time has no zone


def local_days(found):
    return [instant.astimezone(ZoneInfo(ZONE)).date() for instant in found]


def in_year(rule, year):
    return local_days(
        occurrences(rule, datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
    )


@examples(100)
@given(rules(), stretches())
def test_occurrences_are_those_found_by_trying_each_day(rule, stretch):
    assert occurrences(rule, *stretch) == by_trying_each_day(rule, *stretch)


@examples(100)
@given(rules(), stretches(), st.floats(0, 1))
def test_a_stretch_cut_in_two_names_the_same_instants(rule, stretch, share):
    since, until = stretch
    cut = since + (until - since) * share
    assert occurrences(rule, since, cut) + occurrences(rule, cut, until) == occurrences(rule, since, until)


@examples(100)
@given(rules(), stretches())
def test_occurrences_grow_and_never_repeat(rule, stretch):
    found = occurrences(rule, *stretch)
    assert all(earlier < later for earlier, later in pairwise(found))


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
    rule = Daily(
        at=FIVE, first=date(2026, 2, 16), last=date(2026, 2, 18), left_out=frozenset({date(2026, 2, 17)})
    )
    found = occurrences(rule, datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
    assert [instant.astimezone(ZoneInfo(ZONE)).day for instant in found] == [16, 18]


def test_the_stretch_includes_its_beginning_and_not_its_end():
    start = datetime(2026, 11, 24, 22, tzinfo=UTC)
    rule = Once(at=FIVE, first=date(2026, 11, 25))
    assert occurrences(rule, start, start + DAY) == (start,)
    assert occurrences(rule, start - DAY, start) == ()


def test_a_rule_of_long_ago_expands_as_fast_as_a_new_one():
    old = Daily(at=FIVE, first=date(1900, 1, 1))
    found = occurrences(old, datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC))
    assert len(found) == 2


def test_a_wall_time_that_a_clock_change_skips_still_happens_once():
    rule = Daily(at=time(2, 30), first=date(2026, 3, 28), last=date(2026, 3, 30), zone="Europe/Berlin")
    found = occurrences(rule, datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC))
    assert [(instant.day, instant.hour) for instant in found] == [(28, 1), (29, 1), (30, 0)]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Daily(at=time(5, tzinfo=UTC), first=date(2026, 1, 1)),
        lambda: Daily(at=time(5, 0, 0, 1), first=date(2026, 1, 1)),
        lambda: Daily(at=FIVE, first=date(2026, 1, 2), last=date(2026, 1, 1)),
        lambda: Daily(at=FIVE, first=date(2026, 1, 2), zone="../etc/passwd"),
        lambda: Once(at=FIVE, first=date(2026, 1, 2), last=date(2026, 1, 2)),
        lambda: Once(at=FIVE, first=date(2026, 1, 2), times=1),
        lambda: Weekly(at=FIVE, first=date(2026, 1, 2), weekdays=frozenset()),
        lambda: Daily(at=FIVE, first=date(2026, 1, 2), times=0),
        lambda: Daily(at=FIVE, first=date(2026, 1, 2), times=5, last=date(2026, 1, 9)),
        lambda: Daily(at=FIVE, first=date(1, 1, 1)),
        lambda: Daily(at=FIVE, first=date(2026, 1, 2), last=date(9999, 12, 31)),
        lambda: Daily(at=FIVE, first=date(2026, 1, 2), added=frozenset({wall(1, 1, 1)})),
        lambda: MonthlyByDay(at=FIVE, first=date(2026, 1, 2), days=frozenset()),
        lambda: MonthlyByDay(at=FIVE, first=date(2026, 1, 2), days=frozenset({32})),
        lambda: MonthlyByWeekday(at=FIVE, first=date(2026, 1, 2), nth=0, weekday=Weekday.MONDAY),
        lambda: Daily(
            at=FIVE,
            first=date(2026, 1, 2),
            left_out=frozenset(date(2026, 1, 2) + n * DAY for n in range(MOST_DATES + 1)),
        ),
        lambda: Daily(
            at=FIVE,
            first=date(2026, 1, 2),
            moved=frozenset({(wall(2026, 1, 2), wall(2026, 1, 3)), (wall(2026, 1, 2), wall(2026, 1, 4))}),
        ),
    ],
)
def test_a_rule_that_names_no_instants_cannot_be_made(make):
    with pytest.raises(RuleError):
        make()


def test_instants_without_a_zone_are_refused():
    with pytest.raises(ValueError, match="aware"):
        occurrences(Once(at=FIVE, first=date(2026, 1, 1)), datetime(2026, 1, 1), datetime(2026, 1, 2))  # noqa: DTZ001


def test_a_stretch_of_decades_is_refused():
    since = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="more than"):
        occurrences(Daily(at=FIVE, first=date(2026, 1, 1)), since, since + 4000 * DAY)


@examples(100)
@given(rules(), stretches())
def test_each_occurrence_is_known_by_a_start_of_its_own(rule, stretch):
    found = dated(rule, *stretch)
    assert len({one.original_at for one in found}) == len(found)
    assert all(start_of(rule, one.original_at) == one.starts_at for one in found)


@examples(100)
@given(rules(changed=False), stretches(), st.data())
def test_a_moved_occurrence_is_the_only_one_that_changes(rule, stretch, data):
    before = dated(rule, *stretch)
    if not before:
        return
    one = data.draw(st.sampled_from(before))
    to = one.starts_at + data.draw(st.integers(-20, 20)) * DAY
    moved = move(rule, one.original_at, to)
    assert start_of(moved, one.original_at) == to
    wide = (stretch[0] - 25 * DAY, stretch[1] + 25 * DAY)
    others = {other for other in dated(rule, *wide) if other.original_at != one.original_at}
    assert set(dated(moved, *wide)) == others | {Dated(to, one.original_at)}
    assert move(moved, one.original_at, one.original_at) == rule


@examples(100)
@given(rules(), stretches(), st.data())
def test_a_cancelled_occurrence_is_gone_and_stays_gone(rule, stretch, data):
    before = dated(rule, *stretch)
    if not before:
        return
    one = data.draw(st.sampled_from(before))
    without = cancel(rule, one.original_at)
    assert set(dated(without, *stretch)) == set(before) - {one}
    with pytest.raises(RuleError):
        cancel(without, one.original_at)
    with pytest.raises(RuleError):
        move(without, one.original_at, one.starts_at)


@examples(100)
@given(rules(), stretches())
def test_a_rule_that_is_over_names_nothing_more(rule, stretch):
    since, _ = stretch
    if is_over(rule, since):
        assert dated(rule, since, since + 3000 * DAY) == ()


def test_a_rule_with_an_end_is_over_after_it_and_one_without_never():
    after = datetime(2026, 1, 4, tzinfo=UTC)
    assert is_over(Daily(at=FIVE, first=date(2026, 1, 1), times=3), after)
    assert not is_over(Daily(at=FIVE, first=date(2026, 1, 1), times=5), after)
    assert not is_over(Daily(at=FIVE, first=date(2026, 1, 1)), after)
    assert is_over(Once(at=FIVE, first=date(2026, 1, 1)), after)
    assert not is_over(Once(at=FIVE, first=date(2026, 1, 1), added=frozenset({wall(2026, 2, 1, 5)})), after)


def test_months_without_a_31st_have_no_occurrence_on_it():
    rule = MonthlyByDay(at=FIVE, first=date(2026, 1, 1), days=frozenset({31}))
    assert [day.month for day in in_year(rule, 2027)] == [1, 3, 5, 7, 8, 10, 12]


def test_the_last_day_of_a_month_comes_in_each_and_is_the_29th_of_a_leap_february():
    rule = MonthlyByDay(at=FIVE, first=date(2026, 1, 1), days=frozenset({LAST_DAY}))
    assert len(in_year(rule, 2028)) == 12
    assert date(2028, 2, 29) in in_year(rule, 2028)
    assert date(2027, 2, 28) in in_year(rule, 2027)


def test_the_29th_comes_in_february_of_leap_years_alone():
    rule = MonthlyByDay(at=FIVE, first=date(2026, 1, 1), days=frozenset({29}))
    assert len(in_year(rule, 2027)) == 11
    assert len(in_year(rule, 2028)) == 12


def test_the_second_monday_and_the_last_friday_of_a_month():
    second = MonthlyByWeekday(at=FIVE, first=date(2026, 1, 1), nth=2, weekday=Weekday.MONDAY)
    last = MonthlyByWeekday(at=FIVE, first=date(2026, 1, 1), nth=-1, weekday=Weekday.FRIDAY)
    assert in_year(second, 2026)[10] == date(2026, 11, 9)
    assert in_year(last, 2026)[10] == date(2026, 11, 27)


def test_workdays_are_monday_to_friday():
    rule = Weekly(at=FIVE, first=date(2026, 11, 21), times=6, weekdays=WORKDAYS)
    assert [day.day for day in in_year(rule, 2026)] == [23, 24, 25, 26, 27, 30]


def test_a_count_is_kept_however_long_ago_it_began():
    rule = Daily(at=FIVE, first=date(2017, 11, 18), times=3295)  # nine years and some days
    assert in_year(rule, 2026)[-1] == date(2026, 11, 25)


def test_a_day_left_out_counts_among_the_times():
    rule = Daily(at=FIVE, first=date(2026, 1, 11), times=3, left_out=frozenset({date(2026, 1, 12)}))
    assert [day.day for day in in_year(rule, 2026)] == [11, 13]


def test_what_a_person_put_on_a_day_by_hand_stays_whatever_days_are_kept():
    rule = Daily(
        at=FIVE, first=date(2026, 1, 1), last=date(2026, 1, 5), added=frozenset({wall(2026, 1, 7, 9)})
    )
    moved = move(rule, datetime(2025, 12, 31, 22, tzinfo=UTC), datetime(2026, 1, 8, 2, tzinfo=UTC))
    since = datetime(2025, 12, 1, tzinfo=UTC)
    kept = dated(moved, since, since + 60 * DAY, lambda day: day == date(2026, 1, 3))
    assert local_days(one.starts_at for one in kept) == [date(2026, 1, day) for day in (3, 7, 8)]


def test_an_occurrence_that_the_rule_has_not_cannot_be_changed():
    rule = Daily(at=FIVE, first=date(2026, 1, 1))
    for change in (lambda at: cancel(rule, at), lambda at: move(rule, at, at + DAY)):
        with pytest.raises(RuleError):
            change(datetime(2026, 1, 3, 23, tzinfo=UTC))
