"""Vietnam's public holidays, by the library `holidays`, used only here.

It has Tết, substitute days off, and the days that the government swaps, as decided when the library was
released; a province corrects them with its own list. The library is imported at the first call: it loads
the modules of all countries, 10 MB.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache


def public_holiday(day: date) -> str | None:
    """Return the Vietnamese name of the holiday on a day, or None."""
    return _of_year(day.year).get(day)


def public_holidays(year: int) -> dict[date, str]:
    """Return the holidays of a year by day, in order."""
    return dict(sorted(_of_year(year).items()))


@lru_cache(maxsize=64)
def _of_year(year: int) -> Mapping[date, str]:
    from holidays.countries.vietnam import Vietnam

    found = Vietnam(years=year, language="vi")
    return {day: name for day, name in found.items() if day.year == year}
