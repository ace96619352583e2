"""Keeps a plan below the longest signed text that a node takes."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from devices.jose import LONGEST_JWS
from devices.messages import MOST_AIRINGS, Kept, PlannedAiring
from devices.plan import ends_at

_LOG = logging.getLogger(__name__)

MOST_BYTES: Final = LONGEST_JWS * 3 // 4 - 1024
"""Of the JSON: base64 makes 4 bytes of 3; the rest is for header, signature and the plan's own fields."""
ALWAYS_FIT: Final = 40
"""So many, with the longest approvals and calls there are, need no counting."""


def that_fit(
    area: str, airings: list[PlannedAiring], keep: Sequence[Kept], texts: Mapping[str, str], now: datetime
) -> tuple[PlannedAiring, ...]:
    """Drop airings if there are too many: first those that are over, then lowest grade, then latest."""
    if len(airings) + len(keep) <= ALWAYS_FIT:
        return tuple(airings)

    def need(one: PlannedAiring) -> tuple[bool, int, datetime, str]:
        return ends_at(one) <= now, -one.grade.rank, one.starts_at, one.airing

    stated: set[str] = set()
    left = MOST_BYTES - sum(_cost(one, stated, texts) for one in keep)
    kept: set[str] = set()
    for one in sorted(airings, key=need):
        left -= _cost(one, stated, texts)
        if left < 0 or len(kept) == MOST_AIRINGS:
            break
        kept.add(one.airing)
    if len(kept) < len(airings):
        _LOG.warning("plan of %s: %d of %d airings left out", area, len(airings) - len(kept), len(airings))
    return tuple(one for one in airings if one.airing in kept)


def _cost(one: PlannedAiring | Kept, stated: set[str], texts: Mapping[str, str]) -> int:
    """Return the bytes of one entry, with its approval where that is not stated yet."""
    size = len(one.payload()) + 1
    if one.approval not in stated:
        stated.add(one.approval)
        size += len(texts[one.approval]) + 3
    return size
