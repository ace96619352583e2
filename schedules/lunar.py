"""The Vietnamese lunar calendar, by the library `lunar-vn`, used only here.

Computed from the moments of new moon and solstice at UTC+7, as Vietnam's calendar is since 1968. China's is
computed at UTC+8, so the two differ at times by a day (Tết 2007 and 2030), rarely by a month (Tết 1985).
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from lunar_vn import SUPPORTED_YEAR_RANGE, convert_solar_to_lunar

NEW_MOON, FULL_MOON = 1, 15
"""Mùng một, rằm."""
LONGEST_MONTH = 30


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the lunar calendar; `leap`: of the month that comes a second time."""

    day: int
    month: int
    year: int
    leap: bool = False


@lru_cache(maxsize=4096)
def lunar_day(day: date) -> LunarDay:
    """Return a day in the lunar calendar; ValueError outside of the years 1900 to 2100."""
    first, last = SUPPORTED_YEAR_RANGE
    if not first <= day.year <= last:
        raise ValueError(f"the lunar calendar is known from {first} to {last}, not in {day.year}")
    found = convert_solar_to_lunar(day.day, day.month, day.year, time_zone=7.0)
    return LunarDay(found.day, found.month, found.year, found.leap)


def is_lunar_day(day: date, wanted: frozenset[int]) -> bool:
    """Whether a day is one of the lunar month's days wanted; beyond the calendar's years none is."""
    first, last = SUPPORTED_YEAR_RANGE
    return first <= day.year <= last and lunar_day(day).day in wanted
