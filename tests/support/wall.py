"""Local time of Vietnam, for tests that use hours."""

from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def vietnam(instant):
    return instant.astimezone(ZONE)
