"""The wall clock of Vietnam, for tests that speak of hours."""

from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def vietnam(instant):
    return instant.astimezone(ZONE)
