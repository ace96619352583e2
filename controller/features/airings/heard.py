"""How much of an airing a node played; one that reached its end after an interruption is not whole."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, case, func

from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.airings import Airing, Delivery
from controller.model.emergency_states import PAUSE, sounded_ms

LACKING_MS: Final = 1000
LACKING_SHARE: Final = 50
"""A node that lacks up to 1 s, or a fiftieth of all, was heard whole: it may have begun a moment late."""
_PAUSE_MS: Final = PAUSE // timedelta(milliseconds=1)
_ALL: Final = 100


def whole_ms(airing: Airing) -> int | None:
    """Return how long a node should have sounded: in all rounds, less the pauses, until it was ended."""
    lasts_ms = airing.duration_ms
    if lasts_ms is None:
        return None
    if airing.state is AiringState.CANCELLED and airing.ended_at is not None:
        lasts_ms = max(0, min(lasts_ms, (airing.ended_at - airing.starts_at) // timedelta(milliseconds=1)))
    return lasts_ms if airing.every_ms is None else sounded_ms(airing.every_ms, lasts_ms)


def is_whole(rung: int, heard_ms: int, of_ms: int | None) -> bool:
    """Return whether a node played all of it: it reached the end, and almost nothing is missing."""
    if rung < DeliveryStage.FINISHED or of_ms is None:
        return False
    return heard_ms >= of_ms - max(LACKING_MS, of_ms // LACKING_SHARE)


def percent_heard(heard_ms: int, of_ms: int | None) -> int | None:
    """Return the percentage that a node played, rounded down, so that 100 means nothing is missing."""
    return None if not of_ms else min(_ALL, heard_ms * _ALL // of_ms)


def planned_to_sound() -> ColumnElement[int]:
    """Return, in SQL, what `whole_ms` returns of an airing that was not ended early."""
    rounds = (Airing.duration_ms + _PAUSE_MS) // Airing.every_ms
    return case((Airing.every_ms.is_(None), Airing.duration_ms), else_=rounds * (Airing.every_ms - _PAUSE_MS))


def heard_whole() -> ColumnElement[bool]:
    """Return, in SQL, what `is_whole` returns of a delivery joined with its airing; false, never null."""
    of_ms = planned_to_sound()
    lacking = case((of_ms > LACKING_MS * LACKING_SHARE, of_ms // LACKING_SHARE), else_=LACKING_MS)
    ended = Delivery.rung >= int(DeliveryStage.FINISHED)
    return and_(ended, func.coalesce(Delivery.heard_ms >= of_ms - lacking, False))


def counted(conditions: Iterable[ColumnElement[bool]]) -> tuple[ColumnElement[int], ...]:
    """Return, in SQL, for how many rows of a group each condition holds."""
    return tuple(func.coalesce(func.sum(case((one, 1), else_=0)), 0) for one in conditions)
