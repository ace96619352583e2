"""When a message may go out, by quiet times."""

from datetime import datetime

import pytest

from controller.features.notices.quiet_times import after_quiet
from controller.model.local_time import ZONE


@pytest.mark.parametrize(
    ("at", "begins", "ends", "out"),
    [
        ("25 21:59", "22:00", "05:30", "25 21:59"),
        ("25 22:00", "22:00", "05:30", "26 05:30"),
        ("26 05:29", "22:00", "05:30", "26 05:30"),
        ("26 05:30", "22:00", "05:30", "26 05:30"),
        ("25 12:10", "12:00", "13:00", "25 13:00"),
        ("25 13:00", "12:00", "13:00", "25 13:00"),
        ("25 23:00", "23:00", "23:00", "25 23:00"),
        ("25 23:00", None, None, "25 23:00"),
    ],
)
def test_a_message_waits_for_the_end_of_a_quiet_time(at, begins, ends, out):
    when, then = (datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=ZONE) for text in (at, out))
    assert after_quiet(when, begins, ends) == then
