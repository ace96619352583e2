"""Histogram of how far the starts of an airing lie from its planned start, as bars with coordinates."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.airings.page_queries import stood_in
from controller.features.airings.queries import get_airing, turn_start
from controller.model.airings import Delivery
from devices.ids import AiringId

WIDTH, HEIGHT = 640, 140
"""Of the drawing, in its own units; the page stretches it."""
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 60_000)
_MOST_SIDE = 10
"""Bars on each side of the planned instant."""
_GAP = 3


@dataclass(frozen=True, slots=True)
class HistogramBar:
    """One bar: `low` to `high` ms after the planned instant (negative: before), and its place."""

    low: int
    high: int
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Starts:
    """How the starts of an airing are spread. `late`: began in the middle, and are not in the bars."""

    bars: Sequence[HistogramBar]
    on_time: int
    late: int
    reach_ms: int
    """How far the drawing goes to each side."""
    beyond: int
    """Starts that lie outside of the drawing; they are counted into its outermost bars."""


def starts_of(session: Session, scope: Scope, airing_id: AiringId) -> Starts | None:
    """Return how the starts are spread, or None while nobody has begun."""
    airing = get_airing(session, airing_id)
    query = (
        select(Delivery.started_at, Delivery.turn, Delivery.start_offset_ms, func.count())
        .where(Delivery.airing == airing_id, Delivery.started_at.is_not(None), stood_in(scope))
        .group_by(Delivery.started_at, Delivery.turn, Delivery.start_offset_ms)
    )
    rows = session.execute(query).all()
    if not rows:
        return None
    away, late = [], 0
    for at, turn, offset, count in rows:
        if offset:
            late += count
        elif at is not None:
            away += [(at - turn_start(airing, turn)).total_seconds() * 1000] * count
    return spread_out(away, late)


def spread_out(away_ms: Sequence[float], late: int = 0) -> Starts:
    """Return the bars of starts that lie so many milliseconds from the planned instant."""
    furthest = max((abs(one) for one in away_ms), default=0.0)
    step = next((step for step in _STEPS if furthest < step * _MOST_SIDE), _STEPS[-1])
    reach = step * _MOST_SIDE
    beyond = sum(abs(one) >= reach for one in away_ms)
    counted = Counter(max(-_MOST_SIDE, min(_MOST_SIDE - 1, int(one // step))) for one in away_ms)
    highest = max(counted.values(), default=1)
    each = WIDTH / (2 * _MOST_SIDE)
    bars = [
        HistogramBar(
            low=slot * step,
            high=(slot + 1) * step,
            count=count,
            x=round((slot + _MOST_SIDE) * each + _GAP / 2, 1),
            y=round(HEIGHT - HEIGHT * count / highest, 1),
            width=round(each - _GAP, 1),
            height=round(HEIGHT * count / highest, 1),
        )
        for slot, count in sorted(counted.items())
    ]
    return Starts(bars, len(away_ms), late, reach, beyond)
