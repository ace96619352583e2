"""Describes a schedule in one plain Vietnamese sentence; pure."""

from collections.abc import Iterable, Sequence
from datetime import date, time
from itertools import pairwise

from schedules.lunar import FULL_MOON, NEW_MOON
from schedules.recurrence import (
    LAST_DAY,
    Daily,
    MonthlyByDay,
    MonthlyByWeekday,
    Once,
    Recurrence,
    Weekday,
    Weekly,
)
from schedules.skips import Skips

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_NTH = {1: "đầu tiên", 2: "thứ nhì", 3: "thứ ba", 4: "thứ tư", 5: "thứ năm", -1: "cuối cùng"}
_WEEK = len(WEEKDAYS)
_RUN = 3
"""So many weekdays in a row are said by the first and the last."""
_SHORTEST_MONTH = 28


def rule_sentence(rule: Recurrence, skips: Skips, times: Sequence[time] = ()) -> str:
    """Return the rule as “05:00 các ngày thứ Hai đến thứ Sáu, từ 01/12/2026; nghỉ các ngày lễ.”.

    `times`: all times of day, if several schedules differ only in the time.
    """
    clocks = _joined([_clock(at) for at in times or (rule.at,)])
    parts = [f"{clocks} {_days(rule, skips)}{_span(rule)}"]
    if skips.days_off:
        parts.append("nghỉ các ngày lễ")
    if skips.never_lunar:
        parts.append(f"không phát vào {lunar_words(skips.never_lunar)}")
    if isinstance(rule, MonthlyByDay) and any(day > _SHORTEST_MONTH for day in rule.days):
        parts.append("tháng không có ngày đó thì không phát")
    parts.extend(
        f"{word} {len(dates)} lần"
        for word, dates in (("thêm", rule.added), ("dời", rule.moved), ("bỏ", rule.cancelled | rule.left_out))
        if dates
    )
    return "; ".join(parts) + "."


def year_sentence(
    title: str, where: str, times: int, first: str, *, yields: bool, it: str = "lịch này"
) -> str:
    """Return “Trùng giờ với «Chúc Tết» ở Phường Nha Trang 12 lần trong một năm tới, lần đầu …: …”."""
    often = f"{times} lần trong một năm tới, lần đầu lúc" if times > 1 else "một lần, lúc"
    loser = it if yields else "bên kia"
    return f"Trùng giờ với «{title}» ở {where} {often} {first}: {loser} phải nhường."


def lunar_words(days: Iterable[int]) -> str:
    """Return “mùng một và rằm âm lịch”."""
    names = {NEW_MOON: "mùng một", FULL_MOON: "rằm"}
    return f"{_joined([names.get(day, f'ngày {day}') for day in sorted(days)])} âm lịch"


def weekday_words(days: Iterable[Weekday]) -> str:
    """Return “thứ Hai đến thứ Sáu”, or “thứ Hai, thứ Tư và Chủ nhật”."""
    numbers = sorted(int(day) for day in days)
    in_a_row = all(later == earlier + 1 for earlier, later in pairwise(numbers))
    if len(numbers) >= _RUN and in_a_row:
        return f"{WEEKDAYS[numbers[0]]} đến {WEEKDAYS[numbers[-1]]}"
    return _joined([WEEKDAYS[number] for number in numbers])


def _days(rule: Recurrence, skips: Skips) -> str:
    lunar = f"{lunar_words(skips.only_lunar)} hằng tháng" if skips.only_lunar else ""
    match rule:
        case Once():
            return f"{WEEKDAYS[rule.first.weekday()]}, {_date(rule.first)}, một lần"
        case Daily():
            return lunar or "hằng ngày"
        case Weekly():
            said = _weekly(rule)
        case MonthlyByDay():
            said = f"{_month_days(rule.days)} hằng tháng"
        case MonthlyByWeekday():
            said = f"{WEEKDAYS[rule.weekday]} {_NTH[rule.nth]} của mỗi tháng"
    return f"{said}, chỉ khi là {lunar_words(skips.only_lunar)}" if lunar else said


def _weekly(rule: Weekly) -> str:
    if len(rule.weekdays) == _WEEK:
        return "hằng ngày"
    if len(rule.weekdays) == 1:
        return f"{weekday_words(rule.weekdays)} hằng tuần"
    return f"các ngày {weekday_words(rule.weekdays)}"


def _month_days(days: frozenset[int]) -> str:
    numbers = [str(day) for day in sorted(days) if day != LAST_DAY]
    last = ["ngày cuối"] if LAST_DAY in days else []
    return _joined([*([f"ngày {numbers[0]}", *numbers[1:]] if numbers else []), *last])


def _span(rule: Recurrence) -> str:
    if isinstance(rule, Once):
        return ""
    begin = f", từ {_date(rule.first)}"
    if rule.last is not None:
        return f"{begin} đến hết {_date(rule.last)}"
    return f"{begin}, {rule.times} lần" if rule.times is not None else begin


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} và {words[-1]}"


def _clock(at: time) -> str:
    return f"{at:%H:%M}" if not at.second else f"{at:%H:%M:%S}"


def _date(day: date) -> str:
    return f"{day:%d/%m/%Y}"
