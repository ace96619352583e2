"""Charts drawn by the server as SVG numbers: bars of shares, and lines of what a node told; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 640.0, 160.0
"""Of a chart in its own units; the page scales it."""
_MOST_GAP = 2.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One share as a bar from the bottom of the chart."""

    name: str
    percent: float
    x: float
    y: float
    width: float
    height: float


def bars(shares: Sequence[tuple[str, float]]) -> list[Bar]:
    """Return the bars of named percents, the smallest first, side by side over the whole width."""
    if not shares:
        return []
    ordered = sorted(shares, key=lambda share: (share[1], share[0]))
    step = WIDTH / len(ordered)
    gap = min(_MOST_GAP, step / 4)
    return [
        Bar(
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
    """Height of a percent: even nothing is a line that can be seen."""
    return max(2.0, HEIGHT * min(100.0, max(0.0, percent)) / 100)


def line(points: Sequence[tuple[datetime, float]], since: datetime, until: datetime) -> str:
    """Return the points as the `points` of an SVG polyline, scaled to their own range, the newest right."""
    if not points or until <= since:
        return ""
    low, high = min(value for _, value in points), max(value for _, value in points)
    span = (high - low) or 1.0
    whole = (until - since).total_seconds()
    return " ".join(
        f"{(at - since).total_seconds() / whole * WIDTH:.1f},"
        f"{HEIGHT - 8 - (value - low) / span * (HEIGHT - 16):.1f}"
        for at, value in points
    )
