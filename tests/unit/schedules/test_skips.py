from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.lunar import LunarDay, is_lunar_day, lunar_day
from schedules.public_holidays import public_holiday, public_holidays
from schedules.recurrence import RuleError
from schedules.skips import DayOff, Skips, day_off, why_skipped

TET = date(2027, 2, 6)

# where Vietnam's new year and China's differ, or nearly do; published dates
KNOWN_TET = {
    1968: date(1968, 1, 29),
    1985: date(1985, 1, 21),
    2007: date(2007, 2, 17),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2030: date(2030, 2, 2),
}


@pytest.mark.parametrize(("year", "tet"), KNOWN_TET.items())
def test_tet_is_the_first_of_the_first_lunar_month(year, tet):
    assert lunar_day(tet) == LunarDay(1, 1, year)
    assert lunar_day(tet - timedelta(days=1)).month == 12


@pytest.mark.parametrize("year", range(1990, 2051))
def test_two_libraries_agree_on_tet(year):
    (tet,) = [day for day, name in public_holidays(year).items() if name.startswith("Tết Nguyên Đán")]
    assert lunar_day(tet) == LunarDay(1, 1, year)


@given(st.dates(date(1968, 1, 1), date(2099, 12, 30)))
def test_a_lunar_day_follows_the_one_before(day):
    today, tomorrow = lunar_day(day), lunar_day(day + timedelta(days=1))
    if tomorrow.day == 1:
        assert today.day in {29, 30}
    else:
        assert tomorrow == LunarDay(today.day + 1, today.month, today.year, today.leap)


def test_a_leap_month_has_its_own_first_and_full_moon():
    leap = date(2025, 7, 25)
    assert lunar_day(leap) == LunarDay(1, 6, 2025, leap=True)
    assert is_lunar_day(leap, frozenset({1}))


def test_no_day_beyond_the_calendar_is_a_lunar_one():
    assert not is_lunar_day(date(2101, 1, 1), frozenset(range(1, 31)))
    with pytest.raises(ValueError, match="lunar calendar"):
        lunar_day(date(2101, 1, 1))


def test_tet_the_kings_day_and_the_swapped_days_are_holidays_by_name():
    assert public_holiday(TET) == "Tết Nguyên Đán"
    assert "Giỗ Tổ" in public_holiday(date(2026, 4, 26))
    assert public_holiday(date(2026, 8, 31)) is not None
    assert public_holiday(date(2026, 11, 25)) is None


def test_the_word_of_the_province_goes_before_the_list_of_the_state():
    own = {TET: DayOff("ngày làm bù", off=False), date(2026, 11, 25): DayOff("Lễ hội Tháp Bà")}
    assert day_off(TET, own) is None
    assert day_off(date(2026, 11, 25), own) == "Lễ hội Tháp Bà"
    assert day_off(date(2027, 2, 7), own) == "Mùng hai Tết Nguyên Đán"


def test_a_schedule_that_asks_for_nothing_skips_nothing():
    assert why_skipped(TET, Skips(), {}) is None


def test_each_skip_says_why():
    full_moon = date(2027, 2, 20)
    assert why_skipped(TET, Skips(days_off=True), {}) == "Ngày nghỉ: Tết Nguyên Đán."
    only = Skips(only_lunar=frozenset({1, 15}))
    assert why_skipped(TET, only, {}) is None
    assert why_skipped(full_moon, only, {}) is None
    assert why_skipped(date(2027, 2, 21), only, {}) == "Không phải mùng một, rằm âm lịch."
    never = Skips(never_lunar=frozenset({15}))
    assert why_skipped(full_moon, never, {}) == "Không phát vào rằm âm lịch."
    assert why_skipped(TET, never, {}) is None


@pytest.mark.parametrize(
    "make",
    [
        lambda: Skips(only_lunar=frozenset({0})),
        lambda: Skips(never_lunar=frozenset({31})),
        lambda: Skips(only_lunar=frozenset({15}), never_lunar=frozenset({1, 15})),
    ],
)
def test_lunar_days_that_cannot_be_are_refused(make):
    with pytest.raises(RuleError):
        make()
