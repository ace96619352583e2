"""Turns an API request into a rule, or an error sentence."""

from collections.abc import Callable
from typing import Any

from controller.errors import BadInput
from controller.features.schedules.schemas import Every, RuleAsked, SkipsAsked
from schedules.recurrence import (
    WORKDAYS,
    Daily,
    MonthlyByDay,
    MonthlyByWeekday,
    Once,
    Recurrence,
    RuleError,
    Weekday,
    Weekly,
)
from schedules.skips import Skips

_CODES = {day.code: day for day in Weekday}


def rule_of(asked: RuleAsked) -> Recurrence:
    """Return the requested rule, or raise BadInput."""
    shared: dict[str, Any] = {
        "at": asked.at,
        "first": asked.first,
        "last": asked.last,
        "times": asked.times,
        "added": frozenset(asked.also),
        "left_out": frozenset(asked.except_days),
    }
    weekdays = frozenset(_CODES[code] for code in asked.weekdays)
    makers: dict[Every, Callable[[], Recurrence]] = {
        Every.ONCE: lambda: Once(**shared),
        Every.DAY: lambda: Daily(**shared),
        Every.WORKDAY: lambda: Weekly(**shared, weekdays=WORKDAYS),
        Every.WEEK: lambda: Weekly(**shared, weekdays=weekdays),
        Every.MONTH: lambda: MonthlyByDay(**shared, days=frozenset(asked.days)),
        Every.MONTH_WEEKDAY: lambda: MonthlyByWeekday(**shared, nth=asked.nth or 0, weekday=min(weekdays)),
    }
    try:
        return makers[asked.every]()
    except RuleError as error:
        raise BadInput(
            "Lịch phát không đúng. Hãy kiểm tra giờ, ngày đầu, ngày cuối hoặc số lần, và các ngày đã chọn.",
            code="schedule.bad-rule",
        ) from error


def skips_of(asked: SkipsAsked) -> Skips:
    """Return the kinds of days that are skipped, or raise BadInput."""
    try:
        return Skips(asked.days_off, frozenset(asked.only_lunar), frozenset(asked.never_lunar))
    except RuleError as error:
        raise BadInput("Không còn ngày âm lịch nào để phát.", code="schedule.bad-lunar") from error
