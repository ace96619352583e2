"""Simplifies outlines for drawing, without gaps between neighbours; the only module that uses shapely.

docs/decisions/053-outlines-are-imported.md gives the limits and the reasons.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from controller.errors import BadInput
from controller.features.maps.geojson import Point, Polygon
from devices.ids import AreaCode

MOST_CORNERS = 7_500
"""Corners of all outlines together: a page of 30 kB carries them, compressed, beside everything else."""
MOST_PARTS = 1_000
"""Islands and mainland together: each keeps four corners however coarse the drawing."""
TOLERANCES = (0.001, 0.0015, 0.002, 0.003, 0.004, 0.006, 0.008, 0.012)
"""Degrees, tried from the finest: 100 m is less than one unit of the drawing, 1.3 km is seen."""
_DIGITS = 5  # of a degree: a metre


@dataclass(frozen=True, slots=True)
class CommuneShape:
    """One commune for drawing: its parts, largest first; the centre and radius of its widest spot."""

    polygons: tuple[Polygon, ...]
    spot: Point
    radius: float


@dataclass(frozen=True, slots=True)
class Simplified:
    """All outlines of a file, the tolerance of simplification, and the number of small islands left out."""

    shapes: Mapping[AreaCode, CommuneShape]
    tolerance: float
    left_out: int

    @property
    def corners(self) -> int:
        """Number of corners to draw."""
        return sum(len(ring) for shape in self.shapes.values() for part in shape.polygons for ring in part)


def simplified(outlines: Mapping[AreaCode, Sequence[Polygon]]) -> Simplified:
    """Return the outlines with no more corners than can be drawn; neighbours keep a common border.

    Takes seconds for very detailed data. BadInput for outlines without an area, or with too many corners.
    """
    import shapely
    from shapely.errors import ShapelyError

    try:
        whole = {code: _sound(code, polygons) for code, polygons in outlines.items()}
        kept, left_out = _largest(whole)
        shapes: Any = [shapely.MultiPolygon(kept[code]) for code in kept]
        for tolerance in TOLERANCES:
            # each step simplifies the previous result, so the full data is processed only once
            shapes = shapely.coverage_simplify(shapes, tolerance)
            if shapely.get_num_coordinates(shapes).sum() <= MOST_CORNERS:
                drawn = {code: _shape(one) for code, one in zip(kept, shapes, strict=True)}
                return Simplified(drawn, tolerance, left_out)
    except ShapelyError as error:
        raise BadInput(
            "Không xử lý được ranh giới trong tệp này. Hãy sửa hình bằng phần mềm bản đồ rồi nhập lại.",
            code="map.bad-ring",
        ) from error
    raise BadInput(
        "Ranh giới trong tệp quá nhiều chi tiết, giản lược hết mức vẫn còn nặng. Hãy giản lược rồi nhập lại.",
        code="map.too-large",
    )


def _sound(code: AreaCode, polygons: Sequence[Polygon]) -> list[Any]:
    """Return the parts as valid polygons: a ring that crosses itself is split at the crossing."""
    import shapely

    drawn = shapely.MultiPolygon([shapely.Polygon(part[0], part[1:]) for part in polygons])
    parts = [
        part
        for part in shapely.get_parts(shapely.get_parts(shapely.make_valid(drawn)))
        if part.geom_type == "Polygon" and part.area > 0
    ]
    if not parts:
        raise BadInput(
            f"Ranh giới của địa bàn mã {code} không bao quanh phần đất nào.", code="map.no-polygons"
        )
    return sorted(parts, key=lambda part: -part.area)


def _largest(whole: Mapping[AreaCode, Sequence[Any]]) -> tuple[dict[AreaCode, list[Any]], int]:
    """Leave out the smallest islands if there are too many; each commune keeps its largest part."""
    islands = sorted(itertools.chain(*(parts[1:] for parts in whole.values())), key=lambda part: -part.area)
    room = max(0, MOST_PARTS - len(whole))
    kept = {id(part) for part in islands[:room]}
    found = {
        code: [part for place, part in enumerate(parts) if place == 0 or id(part) in kept]
        for code, parts in whole.items()
    }
    return found, len(islands) - len(kept)


def _shape(drawn: Any) -> CommuneShape:
    import shapely

    # outer rings and holes have opposite directions: SVG fills the area between them
    parts = sorted(shapely.get_parts(shapely.orient_polygons(drawn)), key=lambda part: -part.area)
    middle = shapely.maximum_inscribed_circle(parts[0])
    return CommuneShape(
        tuple(tuple(_rounded(ring.coords) for ring in (part.exterior, *part.interiors)) for part in parts),
        _rounded(middle.coords[:1])[0],
        round(middle.length, _DIGITS),
    )


def _rounded(points: Sequence[Point]) -> tuple[Point, ...]:
    return tuple((round(east, _DIGITS), round(north, _DIGITS)) for east, north in points)
