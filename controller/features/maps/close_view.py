"""The part of the drawing that shows one commune, and where its loudspeakers are drawn; pure."""

import math
from collections.abc import Iterable
from dataclasses import replace

from controller.features.maps.sketch import CommuneCell, Extent, Plane, Point

_MARGIN = 0.18  # of the commune's larger side, on each side: its neighbours are seen
_LEAST_VIEW = 24.0  # units: a commune of one small island is not drawn larger than this
_REACH = 0.8  # of a cell's room: loudspeakers stay inside a cell that only stands for the commune


def view_around(extent: Extent) -> Extent:
    """Return left, top, width and height of what a page shows to show this part well."""
    left, top, right, bottom = extent
    edge = max(right - left, bottom - top, _LEAST_VIEW) * _MARGIN
    wide, tall = max(right - left, _LEAST_VIEW) + 2 * edge, max(bottom - top, _LEAST_VIEW) + 2 * edge
    x, y = (left + right - wide) / 2, (top + bottom - tall) / 2
    return round(x, 1), round(y, 1), round(wide, 1), round(tall, 1)


def plane_for(cell: CommuneCell, places: Iterable[Point]) -> Plane:
    """Return the plane on which places (longitude, latitude) of a commune are drawn.

    With the commune's own outline it is exact. In a cell that stands for it, directions are right and
    distances are as small as needed for the farthest loudspeaker to lie inside.
    """
    if cell.is_exact:
        return cell.plane
    middle = (cell.x, cell.y)
    farthest = max((math.dist(cell.plane.at(place), middle) for place in places), default=0.0)
    most = cell.room * _REACH
    if farthest <= most:
        return cell.plane
    return replace(cell.plane, scale=cell.plane.scale * most / farthest)
