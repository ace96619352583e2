import json

import pytest

from controller.errors import BadInput
from controller.features.maps import geojson
from controller.features.maps.geojson import read_outlines
from tests.support.made_outlines import collection, square

HOME = square(109.2, 12.2)


def features(*found):
    return json.dumps({"type": "FeatureCollection", "features": list(found)}).encode()


def feature(geometry, **more):
    return {"type": "Feature", "properties": {}, "geometry": geometry} | more


def polygon(rings):
    return {"type": "Polygon", "coordinates": rings}


def code_of(data, field=""):
    with pytest.raises(BadInput) as raised:
        read_outlines(data, field)
    assert raised.value.sentence[-1] == "."
    return raised.value.code


def test_polygons_and_multipolygons_come_by_their_code():
    hole = square(109.2, 12.2, 0.02)[0]
    found = read_outlines(
        features(
            feature(polygon([*HOME, hole]), id="22333"),
            feature({"type": "MultiPolygon", "coordinates": [HOME, square(109.4, 12.2)]}, id="22366"),
        )
    )
    assert list(found) == ["22333", "22366"]
    assert len(found["22333"][0]) == 2
    assert len(found["22366"]) == 2
    assert found["22366"][0][0][0] == (109.15, 12.15)


@pytest.mark.parametrize("name", ["code", "MA_XA", "Ward_Code"])
def test_the_code_may_stand_in_a_property_in_any_case(name):
    assert list(read_outlines(features(feature(polygon(HOME), properties={name: "22333"})))) == ["22333"]


def test_a_property_may_be_named_and_a_number_keeps_its_zeros():
    one = features(feature(polygon(HOME), id="x", properties={"so": 265}))
    assert list(read_outlines(one, "so")) == ["00265"]
    assert code_of(one, "khac") == "map.no-code"


def test_a_byte_order_mark_a_height_and_an_open_ring_are_taken():
    ring = [[*point, 7.5] for point in HOME[0][:-1]]
    (found,) = read_outlines(b"\xef\xbb\xbf" + features(feature(polygon([ring]), id="1"))).values()
    assert found[0][0][0] == found[0][0][-1] == (109.15, 12.15)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[1, 2]",
        b'{"type": "Feature"}',
        b'{"type": "FeatureCollection", "features": {}}',
        b'{"type": "FeatureCollection", "features": [1]}',
        b'{"type": "FeatureCollection", "features": [NaN]}',
        b'{"type": "FeatureCollection", "features": ' + b"[" * 100_000,
    ],
)
def test_what_is_no_geojson_is_refused(data):
    assert code_of(data) == "map.not-geojson"


def test_what_encloses_nothing_is_refused():
    assert code_of(features()) == "map.no-polygons"
    for geometry in (None, {"type": "Point", "coordinates": [109, 12]}, polygon([]), {"type": "Polygon"}):
        assert code_of(features(feature(geometry, id="1"))) == "map.no-polygons"


@pytest.mark.parametrize(
    "ring",
    [
        [],
        [[109, 12], [109, 13]],
        "ring",
        [[109], [109], [109], [109]],
        [["109", "12"]] * 4,
        [[True, False]] * 4,
        [None] * 4,
    ],
)
def test_a_ring_that_is_none_is_refused(ring):
    assert code_of(features(feature(polygon([ring]), id="1"))) == "map.bad-ring"


def test_a_code_that_is_missing_or_there_twice_is_refused():
    assert code_of(features(feature(polygon(HOME)))) == "map.no-code"
    assert code_of(features(feature(polygon(HOME), id=True))) == "map.no-code"
    assert code_of(features(*[feature(polygon(HOME), id="1")] * 2)) == "map.twice"


def test_latitude_before_longitude_is_told_from_metres():
    turned = [[[north, east] for east, north in HOME[0]]]
    assert code_of(collection({"1": [turned]})) == "map.swapped"
    metres = [[[600_000 + east, 1_350_000 + north] for east, north in HOME[0]]]
    assert code_of(collection({"1": [metres]})) == "map.not-degrees"
    endless = features(feature(polygon([[[10**400, 1]] * 4]), id="1"))
    assert code_of(endless) == "map.not-degrees"


def test_too_many_bytes_or_points_are_refused(monkeypatch):
    monkeypatch.setattr(geojson, "MOST_POINTS", 9)
    assert code_of(collection({"1": [HOME], "2": [HOME]})) == "map.too-large"
    monkeypatch.setattr(geojson, "LARGEST_OUTLINES", 50)
    assert code_of(b" " * 51) == "map.too-large"
