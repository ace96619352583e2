"""Reads outlines of communes from GeoJSON (RFC 7946), or reports what is wrong with it; pure.

docs/commands.md describes the accepted files.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from controller.errors import BadInput
from controller.model.limits import LARGEST_OUTLINES
from devices.ids import AreaCode

Point = tuple[float, float]
"""Longitude, latitude."""
Polygon = tuple[tuple[Point, ...], ...]
"""The outer ring, then the holes; each ring ends where it begins."""

MOST_POINTS = 600_000
"""A point takes some hundred bytes while it is read."""
CODE_FIELDS = ("code", "ma", "ma_xa", "maxa", "ward_code", "gso_code")
"""Where a feature without an id may carry the official code, in any case of letters."""
_CODE_DIGITS = 5  # digits of a commune's official code; programs that read it as a number lose leading zeros
_LEAST_RING = 4
_FAR_NORTH, _FAR_EAST = 90.0, 180.0


@dataclass(slots=True)
class _Count:
    """Number of points read so far."""

    points: int = 0


def read_outlines(data: bytes, field: str = "") -> dict[AreaCode, tuple[Polygon, ...]]:
    """Return each feature's polygons by its code; `field` names the property that holds the code.

    Raises BadInput that names the place for anything that cannot be drawn: nothing is guessed.
    """
    if len(data) > LARGEST_OUTLINES:
        raise BadInput(
            f"Tệp ranh giới quá lớn (trên {LARGEST_OUTLINES // 1_000_000} MB). "
            "Hãy giản lược rồi nhập lại, hoặc chỉ giữ các xã của tỉnh.",
            code="map.too-large",
        )
    found: dict[AreaCode, tuple[Polygon, ...]] = {}
    count = _Count()
    for place, feature in enumerate(_features(data), 1):
        code = _code(feature, place, field)
        if code in found:
            raise BadInput(f"Mã {code} có hai lần trong tệp. Mỗi xã chỉ được một mục.", code="map.twice")
        found[code] = _polygons(feature, code, count)
    return found


def _features(data: bytes) -> list[Mapping[str, Any]]:
    try:
        whole = json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _not_geojson("không đọc được như JSON") from error
    if not isinstance(whole, dict) or whole.get("type") != "FeatureCollection":
        raise _not_geojson("không có «FeatureCollection»")
    features = whole.get("features")
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise _not_geojson("không có danh sách «features»")
    if not features:
        raise BadInput("Tệp không có ranh giới nào.", code="map.no-polygons")
    return features


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _not_geojson(why: str) -> BadInput:
    return BadInput(
        f"Tệp này không phải GeoJSON ({why}). Hãy xuất ranh giới các xã thành một tệp GeoJSON.",
        code="map.not-geojson",
    )


def _code(feature: Mapping[str, Any], place: int, field: str) -> AreaCode:
    properties = feature.get("properties")
    known = properties if isinstance(properties, dict) else {}
    if field:
        given = known.get(field)
    else:
        lower = {str(name).lower(): value for name, value in known.items()}
        given = feature.get("id")
        for name in CODE_FIELDS:
            given = lower.get(name) if given is None else given
    if isinstance(given, int) and not isinstance(given, bool):
        given = f"{given:0{_CODE_DIGITS}}"
    if not isinstance(given, str) or not given.strip():
        where = f"thuộc tính «{field}»" if field else "«id» hoặc thuộc tính «code»"
        raise BadInput(
            f"Mục thứ {place} trong tệp không có mã địa bàn ({where}). "
            "Ranh giới được ghép theo mã chính thức, không theo tên.",
            code="map.no-code",
        )
    return AreaCode(given.strip())


def _polygons(feature: Mapping[str, Any], code: AreaCode, count: _Count) -> tuple[Polygon, ...]:
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    given = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind not in {"Polygon", "MultiPolygon"} or not isinstance(given, list) or not given:
        raise BadInput(
            f"Địa bàn mã {code} trong tệp không có vùng nào (Polygon hoặc MultiPolygon).",
            code="map.no-polygons",
        )
    parts = [given] if kind == "Polygon" else given
    return tuple(_polygon(part, code, count) for part in parts)


def _polygon(part: Any, code: AreaCode, count: _Count) -> Polygon:
    if not isinstance(part, list) or not part:
        raise _bad_ring(code)
    return tuple(_ring(ring, code, count) for ring in part)


def _ring(ring: Any, code: AreaCode, count: _Count) -> tuple[Point, ...]:
    if not isinstance(ring, list):
        raise _bad_ring(code)
    count.points += len(ring)
    if count.points > MOST_POINTS:
        raise BadInput(
            f"Tệp có quá nhiều điểm (trên {MOST_POINTS:,}). Hãy giản lược ranh giới rồi nhập lại.".replace(
                ",", "."
            ),
            code="map.too-large",
        )
    points = [_point(point, code) for point in ring]
    if points and points[0] != points[-1]:
        points.append(points[0])
    if len(points) < _LEAST_RING:
        raise _bad_ring(code)
    return tuple(points)


def _bad_ring(code: AreaCode) -> BadInput:
    return BadInput(f"Ranh giới của địa bàn mã {code} bị hỏng: có vòng không khép được.", code="map.bad-ring")


def _point(point: Any, code: AreaCode) -> Point:
    pair = point[:2] if isinstance(point, list) and len(point) > 1 else []
    if not pair or not all(type(one) in {int, float} for one in pair):
        raise _bad_ring(code)
    east, north = pair
    if abs(east) <= _FAR_EAST and abs(north) <= _FAR_NORTH:
        return float(east), float(north)
    if abs(east) <= _FAR_NORTH and abs(north) <= _FAR_EAST:
        raise BadInput(
            "Tọa độ trong tệp viết ngược: vĩ độ đứng trước kinh độ. "
            "GeoJSON ghi kinh độ trước, như [109.19, 12.25].",
            code="map.swapped",
        )
    raise BadInput(
        f"Tọa độ của địa bàn mã {code} không phải kinh độ, vĩ độ tính bằng độ. "
        "Hãy chuyển tệp sang WGS 84 (EPSG:4326) rồi nhập lại.",
        code="map.not-degrees",
    )
