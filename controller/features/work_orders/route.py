"""Work orders and the order in which to visit them: the nearest next; pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from devices.ids import AreaCode, NodeId

_KM_A_DEGREE = 111.2  # of latitude

Place = tuple[float, float]
"""Latitude and longitude in degrees."""


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """One visit: a loudspeaker, or a commune that is out as a whole, with every reason to go there.

    `place`: where the pole stands, or the commune's centre if that is not known (`is_rough`).
    """

    area: AreaCode
    nodes: tuple[NodeId, ...]
    name: str
    reasons: tuple[str, ...]
    since: datetime
    place: Place | None = None
    is_rough: bool = False
    is_outage: bool = False
    assignee: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RouteStop:
    """A work order on the way: kilometres in a straight line from the one before; None: not known."""

    order: WorkOrder
    distance_km: float | None


def route(orders: Iterable[WorkOrder], start: Place | None = None) -> list[RouteStop]:
    """Return the orders so that the nearest comes next; outages first where no start is known.

    Those without a place stand at the end, oldest first.
    """
    waiting = sorted(orders, key=lambda one: (not one.is_outage, one.since, one.area, one.nodes))
    lost = [RouteStop(one, None) for one in waiting if one.place is None]
    placed = [one for one in waiting if one.place is not None]
    stops: list[RouteStop] = []
    here = start
    while placed:
        found = placed[0] if here is None else _nearest(placed, here)
        placed.remove(found)
        stops.append(RouteStop(found, _distance(here, found.place)))
        here = found.place
    return stops + lost


def distance_km(one: Place, other: Place) -> float:
    """Return the distance of two places; a province is small enough for a plane (error below 1 %)."""
    across = (other[1] - one[1]) * math.cos(math.radians((one[0] + other[0]) / 2))
    return math.hypot(other[0] - one[0], across) * _KM_A_DEGREE


def _nearest(orders: Sequence[WorkOrder], here: Place) -> WorkOrder:
    return min(orders, key=lambda one: _distance(here, one.place) or 0.0)


def _distance(one: Place | None, other: Place | None) -> float | None:
    return None if one is None or other is None else distance_km(one, other)
