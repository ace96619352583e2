"""What is published, and when a published document must be written anew; pure."""

from datetime import datetime, timedelta
from enum import StrEnum

PLAN_LIFE = timedelta(hours=48)
"""A node without any contact goes on speaking by its stored plan this long, and no longer."""

ANY_VOLUME, ANY_MINUTES = 100, 1440
"""Percent, and minutes a day, that set no limit: what a policy does not name, it does not rule."""


class DocumentKind(StrEnum):
    """What kind of retained document a published row is."""

    PLAN = "plan"
    POLICY = "policy"
    KEYS = "keys"
    PLACE = "place"
    MANIFEST = "manifest"


def next_version(previous: int, now: datetime) -> int:
    """Return a version that only grows: also after a database was restored from an older backup."""
    return max(previous + 1, int(now.timestamp() * 1000))


def is_worn(issued_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Return whether less than half of the document's life remains."""
    return expires_at - now < (expires_at - issued_at) / 2
