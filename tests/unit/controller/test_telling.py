from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from controller.features.schedules.sentences import rule_sentence
from schedules.recurrence import (
    WORKDAYS,
    Daily,
    MonthlyByDay,
    MonthlyByWeekday,
    Once,
    Weekday,
    Weekly,
    cancel,
    move,
)
from schedules.skips import Skips

FIVE, FIRST = time(5, 0), date(2026, 12, 1)
NONE = Skips()
SOME = {Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.SUNDAY}


@pytest.mark.parametrize(
    ("rule", "skips", "said"),
    [
        (Once(at=FIVE, first=FIRST), NONE, "05:00 thứ Ba, 01/12/2026, một lần."),
        (Daily(at=FIVE, first=FIRST), NONE, "05:00 hằng ngày, từ 01/12/2026."),
        (
            Weekly(at=FIVE, first=FIRST, weekdays=WORKDAYS, last=date(2026, 12, 31)),
            Skips(days_off=True),
            "05:00 các ngày thứ Hai đến thứ Sáu, từ 01/12/2026 đến hết 31/12/2026; nghỉ các ngày lễ.",
        ),
        (
            Weekly(at=time(17, 30), first=FIRST, weekdays=frozenset(SOME), times=6),
            NONE,
            "17:30 các ngày thứ Hai, thứ Tư và Chủ nhật, từ 01/12/2026, 6 lần.",
        ),
        (
            Weekly(at=FIVE, first=FIRST, weekdays=frozenset({Weekday.SUNDAY})),
            NONE,
            "05:00 Chủ nhật hằng tuần, từ 01/12/2026.",
        ),
        (
            Weekly(at=FIVE, first=FIRST, weekdays=frozenset(Weekday)),
            NONE,
            "05:00 hằng ngày, từ 01/12/2026.",
        ),
        (
            MonthlyByDay(at=FIVE, first=FIRST, days=frozenset({1, 15, -1})),
            NONE,
            "05:00 ngày 1, 15 và ngày cuối hằng tháng, từ 01/12/2026.",
        ),
        (
            MonthlyByDay(at=FIVE, first=FIRST, days=frozenset({31})),
            NONE,
            "05:00 ngày 31 hằng tháng, từ 01/12/2026; tháng không có ngày đó thì không phát.",
        ),
        (
            MonthlyByWeekday(at=FIVE, first=FIRST, nth=-1, weekday=Weekday.FRIDAY),
            NONE,
            "05:00 thứ Sáu cuối cùng của mỗi tháng, từ 01/12/2026.",
        ),
        (
            Daily(at=FIVE, first=FIRST),
            Skips(only_lunar=frozenset({1, 15})),
            "05:00 mùng một và rằm âm lịch hằng tháng, từ 01/12/2026.",
        ),
        (
            Daily(at=FIVE, first=FIRST),
            Skips(never_lunar=frozenset({15})),
            "05:00 hằng ngày, từ 01/12/2026; không phát vào rằm âm lịch.",
        ),
    ],
)
def test_a_schedule_is_said_in_one_plain_sentence(rule, skips, said):
    assert rule_sentence(rule, skips) == said


def test_what_was_changed_by_hand_is_said_too():
    rule = Daily(at=FIVE, first=FIRST)
    first, second = (datetime(2026, 12, day - 1, 22, tzinfo=UTC) for day in (2, 3))
    rule = cancel(move(rule, first, first.replace(hour=23)), second)
    rule = replace(rule, left_out=frozenset({date(2026, 12, 24)}))
    assert rule_sentence(rule, NONE) == "05:00 hằng ngày, từ 01/12/2026; dời 1 lần; bỏ 2 lần."
