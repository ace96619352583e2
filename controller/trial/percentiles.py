"""Percentiles of what a benchmark measured, by nearest rank."""

from collections.abc import Sequence


def nearest_rank(figures: Sequence[float], percent: int, since: float | None = None) -> float:
    """Return the nearest-rank percentile (of instants: ms after `since`), or 0.0 of an empty list."""
    if not figures:
        return 0.0
    found = sorted(figures)[max(0, -(-len(figures) * percent // 100) - 1)]
    return round(found if since is None else (found - since) * 1000, 1)


def spread(figures: Sequence[float]) -> dict[str, float]:
    """Return the median and the 99th percentile, by name."""
    return {f"p{percent}": nearest_rank(figures, percent) for percent in (50, 99)}
