"""Draws the province from outlines that were imported; pure. docs/decisions/053-outlines-are-imported.md.

A commune with a centre but no outline is a round cell above the others; a place far away (Trường Sa) is in
a separate frame: the whole frame is the cell, and each island is a dot in it.
"""

import itertools
import math
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from controller.features.maps.geojson import Point, Polygon
from controller.features.maps.shapes import CommuneShape
from controller.features.maps.sketch import (
    FAR,
    HEIGHT,
    INSET_HEIGHT,
    INSET_WIDTH,
    Atlas,
    Centre,
    CommuneCell,
    Plane,
    extent_of,
    frame_at,
)
from devices.ids import AreaCode

_MARGIN = 8.0
_FINGER = 13.0  # radius of a round cell: large enough for a finger on a narrow telephone
_ROOM_FOR_NAME = 14.0  # smallest radius of the widest spot of a cell with a name in it
_WIDEST = 2.0  # times the height: a wider land is drawn at a smaller scale
_UNITS = 10  # corners are in tenths of a unit
_LEAST_RING = 3  # corners that enclose something
_ROUND = 16  # corners of a round cell
_INSET_TOP, _INSET_EDGE = 30.0, 6.0  # of the frame: its name is above, with a margin around it


@dataclass(frozen=True, slots=True)
class _Bounds:
    west: float
    south: float
    east: float
    north: float

    def plane(self, width: float, height: float, *, left: float, top: float) -> Plane:
        """Return a plane that fits all points, centred."""
        shrink = math.cos(math.radians((self.south + self.north) / 2))
        wide, tall = (self.east - self.west) * shrink, self.north - self.south
        scale = min(width / wide if wide else math.inf, height / tall if tall else math.inf)
        scale = scale if math.isfinite(scale) else 1.0
        beside, above = (width - wide * scale) / 2, (height - tall * scale) / 2
        return Plane(self.west, self.north, shrink, scale, left + beside, top + above)


def outlined(land: Mapping[AreaCode, Sequence[CommuneShape]], centres: Sequence[Centre]) -> Atlas:
    """Return the drawing: `land` has each commune's own outline and those of areas merged into it."""
    lone = [one for one in centres if not land.get(one.code)]
    spread = {code: _bounds_of(shapes) for code, shapes in sorted(land.items()) if shapes}
    spread |= {one.code: _Bounds(one.longitude, one.latitude, one.longitude, one.latitude) for one in lone}
    if not spread:
        return Atlas(HEIGHT, HEIGHT, ())
    middle = statistics.median((one.west + one.east) / 2 for one in spread.values())
    far = [code for code, one in spread.items() if max(one.east - middle, middle - one.west) > FAR]
    near = [code for code in spread if code not in far]
    bounds = _joined([spread[code] for code in near or far])
    inner = HEIGHT - 2 * _MARGIN
    plane = bounds.plane(_WIDEST * HEIGHT, inner, left=_MARGIN, top=_MARGIN)
    wide = (bounds.east - bounds.west) * plane.shrink * plane.scale
    # the drawing is as wide as the land, and its height follows
    plane = bounds.plane(wide, inner, left=_MARGIN, top=_MARGIN)
    width = wide + 2 * _MARGIN
    whole = [_drawn(code, land[code], plane) for code in near if land.get(code)]
    whole += [_round(one, plane) for one in lone if one.code in near]
    if not far or not near:
        return Atlas(round(width, 1), HEIGHT, tuple(whole))
    if _reaches_under_frame(land, near, plane, width):
        width += INSET_WIDTH + _MARGIN
    frame = frame_at(width, HEIGHT)
    share = INSET_WIDTH / len(far)
    framed = [
        _framed(code, land.get(code, ()), spread[code], (frame[0] + share * place, frame[1]), share)
        for place, code in enumerate(far)
    ]
    return Atlas(round(width, 1), HEIGHT, (*whole, *framed), frame)


def _drawn(code: AreaCode, shapes: Sequence[CommuneShape], plane: Plane) -> CommuneCell:
    roomiest = max(shapes, key=lambda shape: shape.radius)
    x, y = plane.at(roomiest.spot)
    path = outline_path(_rings(shapes), plane.at)
    room = roomiest.radius * plane.scale
    corners = [plane.at(point) for ring in _rings(shapes) for point in ring]
    return CommuneCell(
        code,
        path,
        round(x, 1),
        round(y, 1),
        has_room=room >= _ROOM_FOR_NAME,
        extent=extent_of(corners),
        plane=plane,
        room=round(room, 1),
        is_exact=True,
    )


def _round(one: Centre, plane: Plane) -> CommuneCell:
    x, y = plane.at((one.longitude, one.latitude))
    ring = _circle(x, y, _FINGER)
    path = outline_path([ring], lambda point: point)
    return CommuneCell(
        one.code,
        path,
        round(x, 1),
        round(y, 1),
        has_room=False,
        extent=extent_of(ring),
        plane=plane,
        room=_FINGER,
    )


def _framed(
    code: AreaCode, shapes: Sequence[CommuneShape], bounds: _Bounds, corner: Point, wide: float
) -> CommuneCell:
    """Return a cell that fills its share of the frame (finger size), with its islands in place."""
    left, top = corner[0] + _INSET_EDGE, corner[1] + _INSET_TOP
    wide, tall = wide - 2 * _INSET_EDGE, INSET_HEIGHT - _INSET_TOP - _INSET_EDGE
    sheet = [(left, top), (left + wide, top), (left + wide, top + tall), (left, top + tall), (left, top)]
    rim = _INSET_EDGE
    plane = bounds.plane(wide - 2 * rim, tall - 2 * rim, left=left + rim, top=top + rim)
    path = outline_path([sheet], lambda point: point) + outline_path(_rings(shapes), plane.at)
    # the template writes the name of a framed cell this far above its middle
    return CommuneCell(
        code,
        path,
        round(left + wide / 2, 1),
        round(top + 28, 1),
        has_room=False,
        extent=extent_of(sheet),
        plane=plane,
        is_inset=True,
        room=tall / 2,
        is_exact=bool(shapes),
    )


def outline_path(rings: Iterable[Sequence[Point]], at: Callable[[Point], Point]) -> str:
    """Return closed rings as one SVG path: whole tenths of a unit, each corner relative to the one before.

    Neighbours share their corners and so their rounded values: there are no gaps. A ring of no size is a dot.
    """
    return "".join(_steps([_tenths(at(point)) for point in ring]) for ring in rings)


def _steps(corners: Sequence[tuple[int, int]]) -> str:
    kept = [corner for corner, _ in itertools.groupby(corners)]
    if len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    start = f"M{_number(kept[0][0])} {_number(kept[0][1])}"
    if len(kept) < _LEAST_RING:
        return f"{start}h.1"
    moves = itertools.pairwise(kept)
    return f"{start}l{_listed(step for one, two in moves for step in (two[0] - one[0], two[1] - one[1]))}z"


def _listed(tenths: Iterable[int]) -> str:
    said = ""
    for number in map(_number, tenths):
        said += number if not said or number.startswith("-") else f" {number}"
    return said


def _number(tenths: int) -> str:
    """Return tenths as the shortest SVG number."""
    whole, tenth = divmod(abs(tenths), _UNITS)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{whole or ''}.{tenth}" if tenth else f"{sign}{whole}"


def _tenths(point: Point) -> tuple[int, int]:
    return round(point[0] * _UNITS), round(point[1] * _UNITS)


def _rings(shapes: Iterable[CommuneShape]) -> Iterator[Sequence[Point]]:
    return (ring for shape in shapes for polygon in shape.polygons for ring in polygon)


def _circle(x: float, y: float, radius: float) -> list[Point]:
    turns = [math.tau * n / _ROUND for n in range(_ROUND)]
    return [(x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns]


def _bounds_of(shapes: Sequence[CommuneShape]) -> _Bounds:
    points = [point for shape in shapes for polygon in shape.polygons for point in _outer(polygon)]
    east, north = [one for one, _ in points], [one for _, one in points]
    return _Bounds(min(east), min(north), max(east), max(north))


def _outer(polygon: Polygon) -> Sequence[Point]:
    return polygon[0]


def _joined(bounds: Sequence[_Bounds]) -> _Bounds:
    return _Bounds(
        min(one.west for one in bounds),
        min(one.south for one in bounds),
        max(one.east for one in bounds),
        max(one.north for one in bounds),
    )


def _reaches_under_frame(
    land: Mapping[AreaCode, Sequence[CommuneShape]], near: Sequence[AreaCode], plane: Plane, width: float
) -> bool:
    left, top, _, _ = frame_at(width, HEIGHT)
    spots = (plane.at(point) for code in near for ring in _rings(land.get(code, ())) for point in ring)
    return any(x > left and y > top for x, y in spots)
