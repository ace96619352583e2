"""The time zone of the province, and instants in its local time."""

from datetime import datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def wall(at: datetime) -> str:
    """Return the instant as text in local time."""
    return at.astimezone(ZONE).strftime("%H:%M:%S ngày %d/%m/%Y")
