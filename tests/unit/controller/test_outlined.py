import re

import pytest
import shapely

from controller.errors import BadInput
from controller.features.maps import shapes
from controller.features.maps.geojson import read_outlines
from controller.features.maps.outline_drawing import outline_path, outlined
from controller.features.maps.shapes import simplified
from controller.features.maps.sketch import INSET_WIDTH, Centre
from tests.support.made_outlines import collection, made_outlines, square

CENTRES = {str(n): (109.0 + 0.2 * (n % 4) + 0.03 * (n // 4), 12.0 + 0.2 * (n // 4)) for n in range(16)}
FAR = {"far": (114.5, 9.7)}


@pytest.fixture(scope="module")
def coverage():
    return simplified(read_outlines(made_outlines(CENTRES | FAR)))


def flat(coverage, *codes):
    return [
        shapely.MultiPolygon([(part[0], part[1:]) for part in coverage.shapes[code].polygons])
        for code in codes or coverage.shapes
    ]


def land_of(coverage, without=()):
    return {code: [shape] for code, shape in coverage.shapes.items() if code not in without}


def centres(codes=None):
    every = CENTRES | FAR
    return tuple(Centre(code, every[code][1], every[code][0]) for code in (codes or every))


def rings_of(path):
    """The path as a browser reads it: its rings, each a list of corners; a dot has one."""
    found = []
    for ring in re.findall(r"M[^M]+", path):
        numbers = [float(one) for one in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", ring)]
        x, y = numbers[:2]
        corners = [(x, y)]
        if "l" in ring:
            for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
                x, y = x + dx, y + dy
                corners.append((round(x, 1), round(y, 1)))
        found.append(corners)
    return found


def test_neighbours_keep_one_border_between_them_however_few_corners_are_left(coverage, monkeypatch):
    monkeypatch.setattr(shapes, "MOST_CORNERS", 600)
    coarse = simplified(read_outlines(made_outlines(CENTRES)))
    assert coarse.corners <= 600 < coverage.corners
    assert coarse.tolerance > coverage.tolerance
    for one in (coarse, coverage):
        assert shapely.coverage_is_valid(flat(one, *CENTRES))


def test_the_spot_of_a_name_lies_inside_with_room_around_it(coverage):
    for code in CENTRES:
        shape = coverage.shapes[code]
        (drawn,) = flat(coverage, code)
        assert drawn.contains(shapely.Point(shape.spot).buffer(shape.radius * 0.9))


def test_a_ring_that_crosses_itself_is_taken_apart_and_a_line_is_refused():
    bow = [[[109, 12], [110, 13], [110, 12], [109, 13], [109, 12]]]
    found = simplified(read_outlines(collection({"1": [bow]})))
    assert len(found.shapes["1"].polygons) == 2
    with pytest.raises(BadInput, match="không bao quanh"):
        simplified(read_outlines(collection({"1": [[[[109, 12], [110, 12], [109, 12], [109, 12]]]]})))


def test_of_too_many_islands_the_smallest_are_left_out_and_counted(monkeypatch):
    monkeypatch.setattr(shapes, "MOST_PARTS", 6)
    islands = [square(109 + 0.1 * n, 12, 0.01 + 0.004 * n) for n in range(8)]
    found = simplified(read_outlines(collection({"1": islands, "2": [square(109, 13, 0.005)]})))
    assert found.left_out == 3
    assert len(found.shapes["1"].polygons) == 5
    assert len(found.shapes["2"].polygons) == 1


def test_what_stays_too_heavy_is_refused(monkeypatch):
    monkeypatch.setattr(shapes, "MOST_CORNERS", 20)
    with pytest.raises(BadInput, match="quá nhiều chi tiết"):
        simplified(read_outlines(made_outlines(CENTRES)))


def test_a_hole_stays_a_hole_and_is_wound_the_other_way():
    hole = square(109.2, 12.2, 0.04)[0]
    found = simplified(read_outlines(collection({"1": [[*square(109.2, 12.2), hole]]})))
    outer, inner = found.shapes["1"].polygons[0]
    assert shapely.LinearRing(outer).is_ccw
    assert not shapely.LinearRing(inner).is_ccw


def test_each_commune_is_drawn_once_inside_the_drawing_and_the_far_one_in_its_frame(coverage):
    atlas = outlined(land_of(coverage), centres())
    assert sorted(cell.code for cell in atlas.cells) == sorted(CENTRES | FAR)
    assert [cell.code for cell in atlas.cells if cell.is_inset] == ["far"]
    for cell in atlas.cells:
        for x, y in (corner for ring in rings_of(cell.path) for corner in ring):
            assert 0 <= x <= atlas.width
            assert 0 <= y <= atlas.height
        assert 0 <= cell.x <= atlas.width
    (inset,) = (cell for cell in atlas.cells if cell.is_inset)
    sheet, *islets = rings_of(inset.path)
    assert len(islets) == 12
    left, top, wide, tall = atlas.frame
    assert max(x for x, _ in sheet) - min(x for x, _ in sheet) > INSET_WIDTH - 20
    assert all(left < x < left + wide and top < y < top + tall for ring in islets for x, y in ring)


def test_no_land_lies_under_the_frame(coverage):
    atlas = outlined(land_of(coverage), centres())
    left, top, _, _ = atlas.frame
    near = [cell for cell in atlas.cells if not cell.is_inset]
    assert not [1 for cell in near for ring in rings_of(cell.path) for x, y in ring if x > left and y > top]


def test_neighbours_share_their_corners_to_the_tenth(coverage):
    atlas = outlined(land_of(coverage), centres())
    corners = {cell.code: {corner for ring in rings_of(cell.path) for corner in ring} for cell in atlas.cells}
    inner = corners.pop("5")
    assert len(inner) > 100
    assert inner <= set.union(*corners.values())


def test_without_an_outline_a_commune_is_a_round_cell_where_it_lies_and_without_a_centre_none(coverage):
    whole = {cell.code: cell for cell in outlined(land_of(coverage), centres()).cells}
    atlas = outlined(land_of(coverage, without=("5",)), centres())
    found = {cell.code: cell for cell in atlas.cells}
    assert set(found) == set(whole)
    assert abs(found["5"].x - whole["5"].x) < 60
    assert not found["5"].has_room
    assert len(rings_of(found["5"].path)[0]) == 16
    known = [code for code in (*CENTRES, *FAR) if code != "5"]
    assert "5" not in {
        cell.code for cell in outlined(land_of(coverage, without=("5",)), centres(known)).cells
    }


def test_a_far_place_without_an_outline_keeps_its_frame(coverage):
    atlas = outlined(land_of(coverage, without=("far",)), centres())
    (inset,) = (cell for cell in atlas.cells if cell.is_inset)
    assert inset.code == "far"
    assert atlas.frame


def test_what_was_merged_is_drawn_with_all_its_parts(coverage):
    land = land_of(coverage, without=("5", "6"))
    land["new"] = [coverage.shapes["5"], coverage.shapes["6"]]
    (new,) = (cell for cell in outlined(land, centres(list(FAR))).cells if cell.code == "new")
    assert len(rings_of(new.path)) == 2


def test_a_drawing_can_be_made_of_nothing_of_one_place_and_of_a_far_one_alone(coverage):
    assert outlined({}, ()).cells == ()
    assert len(outlined({}, centres(["1"])).cells) == 1
    (alone,) = outlined({"far": [coverage.shapes["far"]]}, ()).cells
    assert not alone.is_inset


def test_a_path_is_written_as_short_as_it_is_read():
    ring = [(0, 0), (0.04, 0), (10, 0.5), (9.5, 0), (0, 0)]
    assert outline_path([ring], lambda point: point) == "M0 0l10 .5-.5-.5z"
    assert outline_path([[(3.26, 4), (3.3, 4), (3.26, 4)]], lambda point: point) == "M3.3 4h.1"


def test_outlines_that_overlap_or_have_a_gap_between_them_are_drawn_all_the_same():
    found = simplified(
        read_outlines(collection({"1": [square(109, 12, 0.2)], "2": [square(109.19, 12, 0.2)]}))
    )
    assert {code: len(shape.polygons) for code, shape in found.shapes.items()} == {"1": 1, "2": 1}
