"""Kinds of published documents, and when one must be renewed; pure."""

from datetime import datetime, timedelta
from enum import StrEnum

PLAN_LIFE = timedelta(days=21)
"""A plan reaches 15 days ahead at most; how long a node follows it alone is for the policies to say."""
PLAN_RENEWED = timedelta(days=16)
"""With less of its life left, an unchanged plan is issued again: none of its airings ever lies beyond it."""

ANY_VOLUME, ANY_MINUTES = 100, 1440
"""Percent, and minutes a day, that set no limit: used for values that a policy does not contain."""


class DocumentKind(StrEnum):
    """Kind of a retained document."""

    PLAN = "plan"
    POLICY = "policy"
    ROOTS = "roots"
    KEYS = "keys"
    PLACE = "place"
    MANIFEST = "manifest"
    HOME = "home"


def next_version(previous: int, now: datetime) -> int:
    """Return a version that only grows, even after the database was restored from an older backup."""
    return max(previous + 1, int(now.timestamp() * 1000))


def is_worn(issued_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Return whether less than half of the document's lifetime remains."""
    return expires_at - now < (expires_at - issued_at) / 2
