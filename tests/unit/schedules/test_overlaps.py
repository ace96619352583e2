from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from schedules.icalendar import only_time_of, to_text
from schedules.overlaps import Period, daily_starts, overlap, start_at
from schedules.recurrence import (
    ZONE,
    Daily,
    MonthlyByDay,
    MonthlyByWeekday,
    Once,
    Weekday,
    Weekly,
    cancel,
    dated,
    move,
)

FIRST = date(2026, 11, 25)
YEAR = Period(FIRST, 366)
MINUTE = 60_000


def instant(day, at):
    return datetime.combine(day, at, ZoneInfo(ZONE))


def as_starts(rule, kept=YEAR.all_days):
    """The instants that the daily starts stand for."""
    return sorted(
        instant(FIRST + timedelta(days=place), time()) + timedelta(milliseconds=one.at)
        for one in daily_starts(rule, YEAR, kept)
        for place in range(YEAR.days)
        if one.days >> place & 1
    )


def expanded(rule, keeps=None):
    since = instant(FIRST, time())
    return sorted({one.starts_at for one in dated(rule, since, since + timedelta(days=366), keeps)})


TIMES = st.times().map(lambda at: at.replace(microsecond=0))
DAYS = st.dates(date(2026, 10, 1), date(2027, 12, 31))
ENDS = st.one_of(
    st.just({}),
    st.integers(1, 60).map(lambda times: {"times": times}),
    st.just({"last": date(2028, 1, 31)}),
)
SHARED = st.builds(
    lambda at, first, end, out: {"at": at, "first": first, "left_out": out} | end,
    TIMES,
    DAYS,
    ENDS,
    st.frozensets(DAYS, max_size=4),
)
RULES = st.one_of(
    st.builds(Once, at=TIMES, first=DAYS),
    SHARED.map(lambda shared: Daily(**shared)),
    st.builds(
        lambda shared, days: Weekly(**shared, weekdays=days),
        SHARED,
        st.frozensets(st.sampled_from(Weekday), min_size=1),
    ),
    st.builds(
        lambda shared, days: MonthlyByDay(**shared, days=days),
        SHARED,
        st.frozensets(st.sampled_from([1, 15, 29, 31, -1]), min_size=1),
    ),
    st.builds(
        lambda shared, nth, day: MonthlyByWeekday(**shared, nth=nth, weekday=day),
        SHARED,
        st.sampled_from([1, 5, -1]),
        st.sampled_from(Weekday),
    ),
)


@given(RULES, st.data())
def test_the_days_of_a_rule_are_those_of_its_instants(rule, data):
    for _ in range(2):
        starts = expanded(rule)
        if not starts:
            break
        chosen = data.draw(st.sampled_from(starts))
        # an occurrence that was moved is known by the instant from which it was
        original = next(one.original_at for one in dated(rule, chosen, chosen + timedelta(seconds=1)))
        if data.draw(st.booleans()):
            rule = cancel(rule, original)
        else:
            rule = move(rule, original, instant(data.draw(DAYS), data.draw(TIMES)))
    assert as_starts(rule) == expanded(rule)


@given(RULES, RULES, st.integers(1, 200), st.integers(1, 200))
def test_two_rules_overlap_on_the_days_on_which_their_sounds_do(one, other, long, longer):
    found = overlap(
        daily_starts(one, YEAR, YEAR.all_days),
        long * MINUTE,
        daily_starts(other, YEAR, YEAR.all_days),
        longer * MINUTE,
    )
    theirs = expanded(other)
    met = [
        start
        for start in expanded(one)
        if any(
            start < there + timedelta(minutes=longer) and there < start + timedelta(minutes=long)
            for there in theirs
        )
    ]
    assert (0 if found is None else found.times) == len(met)
    if found is not None:
        day = instant(FIRST + timedelta(days=found.day), time())
        assert day + timedelta(milliseconds=found.at) == met[0].astimezone(ZoneInfo(ZONE))
        assert day + timedelta(milliseconds=found.other_at) in theirs


def test_days_that_are_skipped_are_asked_of_the_rule_alone():
    rule = Daily(at=time(5), first=FIRST, added=frozenset({datetime.combine(date(2026, 11, 26), time(9))}))
    kept = YEAR.all_days & ~0b11  # not the first two days
    assert as_starts(rule, kept) == expanded(rule, lambda day: day > date(2026, 11, 26))


def test_a_rule_of_another_zone_is_compared_in_ours():
    rule = Daily(at=time(22), first=FIRST, zone="UTC")
    assert as_starts(rule) == expanded(rule)
    assert {one.at for one in daily_starts(rule, YEAR, YEAR.all_days)} == {5 * 60 * MINUTE}


def test_a_sound_over_midnight_meets_what_starts_the_next_day():
    late = daily_starts(Once(at=time(23, 50), first=FIRST), YEAR, YEAR.all_days)
    early = [start_at(datetime.combine(date(2026, 11, 26), time(0, 5)), YEAR)]
    found = overlap(late, 30 * MINUTE, early, MINUTE)
    assert (found.times, found.day) == (1, 0)
    back = overlap(early, MINUTE, late, 30 * MINUTE)
    assert (back.times, back.day, back.other_at) == (1, 1, -10 * MINUTE)


def test_the_time_of_a_rule_is_read_without_the_rule_where_it_has_one_alone():
    rule = Daily(at=time(5, 30), first=FIRST)
    assert only_time_of(to_text(rule)) == time(5, 30)
    moved = move(rule, instant(FIRST, time(5, 30)).astimezone(UTC), instant(FIRST, time(9)))
    assert only_time_of(to_text(moved)) is None
    assert only_time_of(to_text(Daily(at=time(5, 30), first=FIRST, zone="UTC"))) is None
