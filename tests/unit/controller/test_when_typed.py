"""Days and times as people type them: the day first, twenty-four hours, and nothing guessed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.http.time_fields import day_value, read_clock, read_day
from controller.http.words import date_words
from tests.support.when_typed import DAYS, NO_DAYS, NO_TIMES, TIMES


@pytest.mark.parametrize(("text", "expected"), DAYS.items())
def test_a_day_is_read_with_the_day_first(text, expected):
    assert read_day(text) == expected


@pytest.mark.parametrize("text", ["", *NO_DAYS])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError):
        read_day(text)


@pytest.mark.parametrize(("text", "expected"), TIMES.items())
def test_a_time_of_day_is_read_as_it_is_written_here(text, expected):
    assert read_clock(text) == expected


@pytest.mark.parametrize("text", ["", *NO_TIMES])
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
