"""Charts drawn by the server as SVG numbers: bars of shares, and lines of what a node told; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WIDTH, HEIGHT = 640.0, 160.0
"""Of a chart in its own units; the page scales it."""
_MOST_GAP = 2.0
_EDGE = 8.0


@dataclass(frozen=True, slots=True)
class ShareBar:
    """One share as a bar from the bottom of the chart."""

    name: str
    percent: float
    x: float
    y: float
    width: float
    height: float


def bars(shares: Sequence[tuple[str, float]]) -> list[ShareBar]:
    """Return the bars of named percentages, smallest first, side by side over the whole width."""
    if not shares:
        return []
    ordered = sorted(shares, key=lambda share: (share[1], share[0]))
    step = WIDTH / len(ordered)
    gap = min(_MOST_GAP, step / 4)
    return [
        ShareBar(
            name,
            percent,
            round(place * step + gap / 2, 1),
            round(HEIGHT - _tall(percent), 1),
            round(min(step - gap, 60.0), 1),
            round(_tall(percent), 1),
        )
        for place, (name, percent) in enumerate(ordered)
    ]


def _tall(percent: float) -> float:
    """Height of a percentage; 0 % is drawn as a thin visible line."""
    return max(2.0, HEIGHT * min(100.0, max(0.0, percent)) / 100)


def lines(
    points: Sequence[tuple[datetime, float]], since: datetime, until: datetime, *, longest_gap: timedelta
) -> list[str]:
    """Return the points of SVG polylines, one for each part without gaps, scaled to their own range."""
    if not points or until <= since:
        return []
    low, high = min(value for _, value in points), max(value for _, value in points)
    span = (high - low) or 1.0
    whole = (until - since).total_seconds()
    parts: list[list[str]] = []
    before: datetime | None = None
    for at, value in points:
        if before is None or at - before > longest_gap:
            parts.append([])
        x = (at - since).total_seconds() / whole * WIDTH
        y = HEIGHT - _EDGE - (value - low) / span * (HEIGHT - 2 * _EDGE)
        parts[-1].append(f"{x:.1f},{y:.1f}")
        before = at
    return [" ".join(part) for part in parts]
