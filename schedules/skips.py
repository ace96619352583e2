"""Days that a schedule skips: days off, and days of the lunar month; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from schedules.lunar import FULL_MOON, LONGEST_MONTH, NEW_MOON, is_lunar_day
from schedules.public_holidays import public_holiday
from schedules.recurrence import RuleError

_LUNAR_DAYS = frozenset(range(1, LONGEST_MONTH + 1))


@dataclass(frozen=True, slots=True)
class DayOff:
    """A province's entry for a day: off, or (`off` False) a working day although the state lists it."""

    name: str
    off: bool = True


OwnDays = Mapping[date, DayOff]
"""The province's own list by day."""


@dataclass(frozen=True, slots=True)
class Skips:
    """What a schedule leaves out. `only_lunar`: it keeps to these days of the lunar month; empty: to all."""

    days_off: bool = False
    only_lunar: frozenset[int] = frozenset()
    never_lunar: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not (self.only_lunar | self.never_lunar) <= _LUNAR_DAYS:
            raise RuleError(f"days of a lunar month are 1 to {LONGEST_MONTH}")
        if self.only_lunar and self.only_lunar <= self.never_lunar:
            raise RuleError("no day of the lunar month is left")


def day_off(day: date, own: OwnDays) -> str | None:
    """Return why a day is off, or None; the province's entry takes precedence over the state's list."""
    said = own.get(day)
    if said is not None:
        return said.name if said.off else None
    return public_holiday(day)


def why_skipped(day: date, skips: Skips, own: OwnDays) -> str | None:
    """Return in Vietnamese why a schedule leaves a day out, or None when it does not."""
    if skips.days_off:
        name = day_off(day, own)
        if name is not None:
            return f"Ngày nghỉ: {name}."
    if skips.only_lunar and not is_lunar_day(day, skips.only_lunar):
        return f"Không phải {_lunar_words(skips.only_lunar)}."
    if skips.never_lunar and is_lunar_day(day, skips.never_lunar):
        return f"Không phát vào {_lunar_words(skips.never_lunar)}."
    return None


def _lunar_words(days: frozenset[int]) -> str:
    names = {NEW_MOON: "mùng một", FULL_MOON: "rằm"}
    return ", ".join(names.get(day, f"ngày {day}") for day in sorted(days)) + " âm lịch"
