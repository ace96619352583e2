"""Days and times of day as people type them, and as a field shows them; pure.

A browser's own field writes a day in the browser's language: 11/12 is the 12th of November for one officer
and the 11th of December for the next. Ours are text, the day first and of twenty-four
hours, whatever the browser; static/app.js reads by the same rules, and a browser test holds it to them.
"""

import re
from datetime import date, time

_SHORT_YEAR = 2  # digits
_EARLIEST_SHORT = 70  # “98” is 1998: acts are as old as that, and nobody plans for 2098
_DAY = re.compile(r"(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4}|\d{2})|(\d{2})(\d{2})(\d{4})")
_CLOCK = re.compile(
    r"(\d{1,2})(?:\s*(?:[:.hg]|giờ)\s*(?:(\d{1,2})\s*(?:phút|p)?)?)?|(\d{2})(\d{2})|(\d{1,2}):(\d{2}):(\d{2})"
)


def read_day(text: str) -> date:
    """Return the day of “26/11/2026”, “26-11-26”, “26112026” or “2026-11-26”, or raise ValueError."""
    text = text.strip()
    found = _DAY.fullmatch(text)
    if found is None:
        return date.fromisoformat(text)
    day, month, year = (part for part in found.groups() if part is not None)
    century = 0 if len(year) > _SHORT_YEAR else 1900 if int(year) >= _EARLIEST_SHORT else 2000
    return date(century + int(year), int(month), int(day))


def read_clock(text: str) -> time:
    """Return the time of day of “17:00”, “17h30”, “17 giờ”, “1730” or “05:30:15”, or raise ValueError."""
    found = _CLOCK.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(f"no time of day: {text!r}")
    hour, minute, second, *_ = (*(int(part) for part in found.groups() if part is not None), 0, 0)
    return time(hour, minute, second)


def day_value(value: date | str) -> str:
    """Return “26/11/2026” as a field shows a day; what is no day stays as it was typed."""
    try:
        on = read_day(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    return f"{on:%d/%m/%Y}"
