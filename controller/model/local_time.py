"""The time zone of the province, and instants in its local time."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def wall(at: datetime) -> str:
    """Return the instant as text in local time."""
    return at.astimezone(ZONE).strftime("%H:%M:%S ngày %d/%m/%Y")


def midnight_of(day: date | None) -> datetime | None:
    """Return the instant at which a day begins in local time; None for none."""
    return None if day is None else datetime.combine(day, time(), ZONE)
