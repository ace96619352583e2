"""Months as people count them in Vietnam, such as 2026-11; pure."""

from datetime import UTC, datetime

from controller.model.local_time import ZONE

Month = str
"""A year and a month of local time, which sort as text: `2026-11`."""
_MONTHS_A_YEAR = 12


def month_of(at: datetime) -> Month:
    """Return the month of an instant."""
    return f"{at.astimezone(ZONE):%Y-%m}"


def begin_of(month: Month) -> datetime:
    """Return the first instant of a month."""
    return datetime(int(month[:4]), int(month[5:]), 1, tzinfo=ZONE).astimezone(UTC)


def months_from(month: Month, count: int) -> list[Month]:
    """Return a month and those after it."""
    first = int(month[:4]) * _MONTHS_A_YEAR + int(month[5:]) - 1
    counted = (divmod(first + number, _MONTHS_A_YEAR) for number in range(count))
    return [f"{year}-{number + 1:02}" for year, number in counted]


def bounds_of(month: Month) -> tuple[datetime, datetime]:
    """Return the first instants of a month and of the one after it."""
    return begin_of(month), begin_of(months_from(month, 2)[1])
