"""Days and times as people type them: the day first, twenty-four hours, and nothing guessed."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.web.when_typed import day_value, read_clock, read_day
from controller.web.words import date_words

NOVEMBER = date(2026, 11, 26)


@pytest.mark.parametrize(
    "text",
    [
        "26/11/2026",
        " 26/11/2026 ",
        "26-11-2026",
        "26.11.2026",
        "26 11 2026",
        "26/11/26",
        "26112026",
        "2026-11-26",
    ],
)
def test_a_day_is_read_with_the_day_first(text):
    assert read_day(text) == NOVEMBER


def test_the_first_figure_is_never_the_month():
    assert read_day("11/12/2026") == date(2026, 12, 11)
    assert read_day("5/1/2027") == date(2027, 1, 5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mai",
        "11/26/2026",
        "31/11/2026",
        "26/11",
        "26/11/202",
        "2026/11/26",
        "26/11/2026 17:00",
        "0/1/2026",
    ],
)
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError):
        read_day(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17:00", time(17)),
        ("5:30", time(5, 30)),
        ("05:30", time(5, 30)),
        ("17h", time(17)),
        ("17H30", time(17, 30)),
        ("17 giờ 30", time(17, 30)),
        ("17 giờ 5 phút", time(17, 5)),
        ("7g15", time(7, 15)),
        ("17.45", time(17, 45)),
        ("1730", time(17, 30)),
        ("0000", time(0)),
        ("17", time(17)),
        ("05:30:15", time(5, 30, 15)),
    ],
)
def test_a_time_of_day_is_read_as_it_is_written_here(text, expected):
    assert read_clock(text) == expected


@pytest.mark.parametrize(
    "text", ["", "sáng", "24:00", "17:60", "5:30 PM", "17:00+07:00", "530", "17:0:0", "-1:00"]
)
def test_what_is_no_time_of_day_is_refused(text):
    with pytest.raises(ValueError):
        read_clock(text)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_what_a_field_shows_is_read_as_the_same_day(on):
    assert read_day(day_value(on)) == on
    assert day_value(on.isoformat()) == day_value(on)


@given(st.times())
def test_what_a_field_shows_is_read_as_the_same_time(at):
    at = at.replace(microsecond=0, second=0)
    assert read_clock(f"{at:%H:%M}") == at


def test_a_field_shows_what_is_no_day_as_it_was_typed():
    assert day_value("hôm nào đó") == "hôm nào đó"


def test_a_day_is_said_with_its_weekday():
    assert date_words("24/11/2026") == date_words("2026-11-24") == "Thứ Ba, 24/11/2026"
    assert date_words("hôm nào đó") == "hôm nào đó"
