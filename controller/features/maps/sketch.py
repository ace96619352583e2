"""Draws the province as a sketch with one cell for each commune, from the centres only; pure.

Uses no external map. Cells are the Voronoi cells of the centres, each cut to a circle. Centres close together
are moved apart first, so that every cell is large enough for a finger; places far away (Trường Sa) are in a
separate frame.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from devices.ids import AreaCode

Point = tuple[float, float]
Ring = Sequence[Point]

HEIGHT = 700.0
"""Height of the drawing in its own units; its width follows from the province's shape."""
_MARGIN = 8.0
_APART = 30.0
"""Least distance of two centres: on a narrow telephone still 24 pixels."""
_PUSHES = 80
_CORNERS = 28
_NEAREST = 3
_REACH = 0.72  # of the mean distance to the nearest centres: cells touch, and the coast stays visible
FAR = 3.0
"""Degrees from the middle: beyond it, a place is drawn in a frame of its own."""
INSET_WIDTH, INSET_HEIGHT = 118.0, 104.0
"""Of that frame."""
_INSET_RADIUS = 26.0  # of a cell in it; it stands for an area of about a degree
_ROOM_FOR_NAME = 25.0  # smallest radius of a cell with a name in it


@dataclass(frozen=True, slots=True)
class Centre:
    """Centre of one commune, in degrees."""

    code: AreaCode
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Plane:
    """Converts degrees to units of the drawing: one scale of longitudes is accurate enough for a province.

    `left`, `top`: where the point (`west`, `north`) is drawn. `shrink`: length of a degree of longitude
    relative to one of latitude.
    """

    west: float
    north: float
    shrink: float
    scale: float
    left: float
    top: float

    def at(self, point: Point) -> Point:
        """Return the position of a longitude and latitude on the drawing."""
        x = self.left + (point[0] - self.west) * self.shrink * self.scale
        return x, self.top + (self.north - point[1]) * self.scale


Extent = tuple[float, float, float, float]
"""Left, top, right and bottom of a part of the drawing."""


@dataclass(frozen=True, slots=True)
class CommuneCell:
    """One commune on the drawing: its outline as SVG path, and the position of a symbol or name.

    `plane`: where places in it are drawn. `is_exact`: the outline is the commune's own; otherwise the cell
    stands for it, and what is drawn in it is moved nearer to its middle where it would lie outside.
    """

    code: AreaCode
    path: str
    x: float
    y: float
    has_room: bool
    extent: Extent
    plane: Plane
    is_inset: bool = False
    room: float = 0.0
    """How large the cell is where its name stands; of two names in one place the roomier stands."""
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Atlas:
    """The drawing: its size, its cells, and the frame for places far away (x, y, width, height)."""

    width: float
    height: float
    cells: tuple[CommuneCell, ...]
    frame: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """The box that a name covers: centre, width and height."""

    x: float
    y: float
    wide: float
    tall: float

    def meets(self, other: "Box") -> bool:
        """Whether the two boxes overlap."""
        beside = abs(self.x - other.x) >= (self.wide + other.wide) / 2
        return not beside and abs(self.y - other.y) < (self.tall + other.tall) / 2


def free_of_others(boxes: Sequence[Box]) -> list[bool]:
    """Return for each name whether to show it: it must not overlap an earlier name that is shown."""
    kept: list[Box] = []
    free = []
    for box in boxes:
        free.append(not any(box.meets(other) for other in kept))
        if free[-1]:
            kept.append(box)
    return free


@lru_cache(maxsize=8)
def sketch(centres: tuple[Centre, ...]) -> Atlas:
    """Return the drawing of the communes; the same centres give the same drawing."""
    near, far = _split(centres)
    if not near:
        return Atlas(HEIGHT, HEIGHT, ())
    flat = _flat(near)
    points = _fitted(_spread_out(_fitted(flat)))
    scale = _scale(flat)
    reach = [_reach(points, place) for place in range(len(points))]
    rings = [_cell(points, reach, place) for place in range(len(points))]
    left = min(x for ring in rings for x, _ in ring) - _MARGIN
    top = min(y for ring in rings for _, y in ring) - _MARGIN
    width = max(x for ring in rings for x, _ in ring) + _MARGIN - left
    height = max(y for ring in rings for _, y in ring) + _MARGIN - top
    cells = [
        _drawn(one, (x - left, y - top), _moved(ring, left, top), scale)
        for one, (x, y), ring in zip(near, points, rings, strict=True)
    ]
    return with_far_away(round(width, 1), round(height, 1), cells, far)


def _drawn(one: Centre, spot: Point, ring: Ring, scale: float, *, is_inset: bool = False) -> CommuneCell:
    """Return the cell of a commune around a spot of the drawing; `scale`: units of a degree."""
    x, y = round(spot[0], 1), round(spot[1], 1)
    shrink = math.cos(math.radians(one.latitude))
    return CommuneCell(
        one.code,
        path_of([ring]),
        x,
        y,
        has_room=_roomy(ring) and not is_inset,
        extent=extent_of(ring),
        plane=Plane(one.longitude, one.latitude, shrink, scale, x, y),
        is_inset=is_inset,
        room=round(min(math.dist((x, y), corner) for corner in ring), 1),
    )


def extent_of(ring: Ring) -> Extent:
    """Return the smallest upright box around a ring."""
    across, down = [x for x, _ in ring], [y for _, y in ring]
    return round(min(across), 1), round(min(down), 1), round(max(across), 1), round(max(down), 1)


def with_far_away(width: float, height: float, cells: Sequence[CommuneCell], far: Sequence[Centre]) -> Atlas:
    """Return the drawing with a frame at its lower right for places far away."""
    if not far:
        return Atlas(width, height, tuple(cells))
    frame = frame_at(width, height)
    step = INSET_WIDTH / (len(far) + 1)
    framed = [
        _framed(one, frame[0] + step * (place + 1), frame[1] + INSET_HEIGHT / 2 + 8)
        for place, one in enumerate(far)
    ]
    return Atlas(width, height, (*cells, *framed), frame)


def frame_at(width: float, height: float) -> tuple[float, float, float, float]:
    """Return the frame at the lower right of a drawing: x, y, width, height."""
    return round(width - INSET_WIDTH - 2, 1), round(height - INSET_HEIGHT - 2, 1), INSET_WIDTH, INSET_HEIGHT


def path_of(rings: Sequence[Ring]) -> str:
    """Return closed rings as one SVG path, in whole tenths of a unit."""
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in rings if ring)


def _split(centres: tuple[Centre, ...]) -> tuple[list[Centre], list[Centre]]:
    if not centres:
        return [], []
    middle = statistics.median(one.longitude for one in centres)
    near = [one for one in centres if abs(one.longitude - middle) <= FAR]
    return near, [one for one in centres if abs(one.longitude - middle) > FAR]


def _flat(centres: Sequence[Centre]) -> list[Point]:
    """Convert degrees to a plane: a province is small enough for one scale of longitudes."""
    shrink = math.cos(math.radians(sum(one.latitude for one in centres) / len(centres)))
    return [(one.longitude * shrink, -one.latitude) for one in centres]


def _fitted(points: Sequence[Point]) -> list[Point]:
    """Move and scale points so that they fill the height, with space for the outermost cells."""
    left, top = min(x for x, _ in points), min(y for _, y in points)
    scale = _scale(points)
    return [((x - left) * scale, (y - top) * scale) for x, y in points]


def _scale(points: Sequence[Point]) -> float:
    """Return the units of the drawing for one unit of these points."""
    left, top = min(x for x, _ in points), min(y for _, y in points)
    tall = max(max(y for _, y in points) - top, (max(x for x, _ in points) - left) / 2) or 1.0
    return (HEIGHT - 90) / tall


def _spread_out(points: list[Point]) -> list[Point]:
    """Move close centres apart in small steps until all are at least the width of a finger apart."""
    for _ in range(_PUSHES):
        moved = [list(point) for point in points]
        for one in range(len(points)):
            for other in range(one):
                (x, y), (u, v) = points[one], points[other]
                distance = math.hypot(x - u, y - v)
                if distance >= _APART:
                    continue
                push = (_APART - distance) / 2.5
                # two centres at the same point are moved apart horizontally
                dx, dy = ((x - u) / distance, (y - v) / distance) if distance else (1.0, 0.0)
                moved[one][0] += dx * push
                moved[one][1] += dy * push
                moved[other][0] -= dx * push
                moved[other][1] -= dy * push
        points = [(x, y) for x, y in moved]
    return points


def _reach(points: Sequence[Point], place: int) -> float:
    x, y = points[place]
    distances = sorted(math.hypot(x - u, y - v) for n, (u, v) in enumerate(points) if n != place)[:_NEAREST]
    return max(_APART * _REACH, sum(distances) / len(distances) * _REACH) if distances else HEIGHT / 4


def _cell(points: Sequence[Point], reach: Sequence[float], place: int) -> list[Point]:
    """Return the circle around a centre, cut by a line before each neighbour; larger ones get more."""
    x, y = points[place]
    radius = reach[place]
    ring = [
        (x + radius * math.cos(math.tau * n / _CORNERS), y + radius * math.sin(math.tau * n / _CORNERS))
        for n in range(_CORNERS)
    ]
    for other, (u, v) in enumerate(points):
        if other == place or math.hypot(x - u, y - v) > radius + reach[other]:
            continue
        # at least 35 % of the distance to the neighbour is kept, otherwise a small cell could vanish
        lean = max(-0.15, min(0.15, (radius - reach[other]) / (radius + reach[other])))
        half = (0.5 + lean) * ((u - x) ** 2 + (v - y) ** 2)
        ring = _cut(ring, (u - x, v - y), (u - x) * x + (v - y) * y + half)
    return ring


def _cut(ring: Sequence[Point], normal: Point, limit: float) -> list[Point]:
    """Keep the part of a convex ring in which normal · point <= limit."""
    kept: list[Point] = []
    for (x, y), (u, v) in zip(ring, [*ring[1:], *ring[:1]], strict=True):
        here = normal[0] * x + normal[1] * y - limit
        there = normal[0] * u + normal[1] * v - limit
        if here <= 0:
            kept.append((x, y))
        if here * there < 0:
            part = here / (here - there)
            kept.append((x + part * (u - x), y + part * (v - y)))
    return kept


def _moved(ring: Ring, left: float, top: float) -> list[Point]:
    return [(x - left, y - top) for x, y in ring]


def _roomy(ring: Ring) -> bool:
    wide = max(x for x, _ in ring) - min(x for x, _ in ring)
    tall = max(y for _, y in ring) - min(y for _, y in ring)
    return min(wide, tall) >= 2 * _ROOM_FOR_NAME


def _framed(one: Centre, x: float, y: float) -> CommuneCell:
    ring = [
        (x + _INSET_RADIUS * math.cos(turn), y + _INSET_RADIUS * math.sin(turn))
        for turn in (math.tau * n / _CORNERS for n in range(_CORNERS))
    ]
    return _drawn(one, (x, y), ring, _INSET_RADIUS, is_inset=True)


def centres_of(places: Mapping[AreaCode, tuple[float | None, float | None]]) -> tuple[Centre, ...]:
    """Return the centres of the areas with a known position, by code."""
    return tuple(
        Centre(code, latitude, longitude)
        for code, (latitude, longitude) in sorted(places.items())
        if latitude is not None and longitude is not None
    )
