from datetime import UTC, datetime, timedelta

import pytest

from controller.errors import BadInput
from controller.features.editorial.start_form import SOON_PATIENCE, read_start, slots

NOW = datetime(2026, 11, 24, 9, 55, tzinfo=UTC)  # 16:55 in Khánh Hòa


def test_the_chips_are_the_next_usual_hours_that_leave_time_to_approve():
    assert [word for _, word in slots(NOW)] == ["05:00 ngày mai", "11:00 ngày mai", "17:00 ngày mai"]
    earlier = slots(NOW - timedelta(hours=7))
    assert [word for _, word in earlier] == ["11:00 hôm nay", "17:00 hôm nay", "05:00 ngày mai"]


def test_a_chip_is_read_back_as_the_hour_that_it_shows():
    value, _ = slots(NOW)[0]
    assert read_start(value, "", "", NOW).at == datetime(2026, 11, 24, 22, 0, tzinfo=UTC)


def test_at_once_waits_two_hours_for_the_approval():
    start = read_start("ngay", "", "", NOW)
    assert (start.at, start.latest) == (NOW, NOW + SOON_PATIENCE)


def test_another_time_is_wall_time_of_the_province():
    start = read_start("gio-khac", "2026-11-25", "05:30", NOW)
    assert start.at == datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    assert start.latest is None


@pytest.mark.parametrize(
    ("choice", "on", "at"),
    [
        ("gio-khac", "2026-11-24", "16:54"),
        ("gio-khac", "", "05:30"),
        ("gio-khac", "2026-11-31", "05:30"),
        ("gio-khac", "2026-11-25", "25:00"),
        ("", "", ""),
        ("mai", "", ""),
        ("2026-11-25T05:30", "", ""),
    ],
)
def test_a_start_that_cannot_be_is_refused_in_words(choice, on, at):
    with pytest.raises(BadInput) as refused:
        read_start(choice, on, at, NOW)
    assert "iờ" in refused.value.sentence
