"""Outlines of communes for tests, as GeoJSON: Voronoi cells with wiggly borders, no real ones."""

import itertools
import json
import math
import random

import shapely

STEP = 0.004  # degrees between two corners of a border
WIGGLE = 0.0013


def made_outlines(centres, *, without=(), step=STEP):
    """Return the file's content: a polygon for each near centre, twelve islets for one far away.

    `centres`: code to (longitude, latitude). Neighbours have the same corners on the border between them.
    """
    middle = sorted(east for east, _ in centres.values())[len(centres) // 2]
    near = {code: point for code, point in centres.items() if abs(point[0] - middle) < 3}
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(list(near.values())), ordered=True))
    polygons = {code: [[_wiggly(cell.exterior.coords, step)]] for code, cell in zip(near, cells, strict=True)}
    polygons |= {code: _islets(point) for code, point in centres.items() if code not in near}
    return collection({code: parts for code, parts in polygons.items() if code not in without})


def collection(polygons):
    """Return polygons by code as a FeatureCollection's bytes."""
    features = [
        {
            "type": "Feature",
            "id": code,
            "properties": {},
            "geometry": {"type": "MultiPolygon", "coordinates": parts},
        }
        for code, parts in polygons.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def square(east, north, side=0.1):
    """Return a square around a point as one polygon."""
    half = side / 2
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    return [[[round(east + half * x, 6), round(north + half * y, 6)] for x, y in corners]]


def _wiggly(ring, step):
    corners = [(round(east, 6), round(north, 6)) for east, north in ring]
    drawn = []
    for one, two in itertools.pairwise(corners):
        # whichever side it is seen from, a border wiggles the same way
        first, last = sorted((one, two))
        between = _between(first, last, step)
        drawn += [one, *(between if (first, last) == (one, two) else reversed(between))]
    return [list(point) for point in (*drawn, drawn[0])]


def _between(first, last, step):
    long = math.dist(first, last)
    count = int(long / step)
    if count < 4:
        return []
    across = (-(last[1] - first[1]) / long, (last[0] - first[0]) / long)
    chance = random.Random(f"{first}{last}")
    found = []
    for number in range(2, count - 1):
        part, aside = number / count, chance.uniform(-WIGGLE, WIGGLE)
        found.append(
            tuple(
                round(first[axis] + part * (last[axis] - first[axis]) + aside * across[axis], 6)
                for axis in (0, 1)
            )
        )
    return found


def _islets(point):
    return [square(point[0] + 0.3 * (n % 4), point[1] + 0.3 * (n // 4), 0.03) for n in range(12)]
