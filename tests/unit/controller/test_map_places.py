"""Where loudspeakers are drawn, and files that say where they stand."""

import math

import pytest

from controller.errors import BadInput
from controller.features.maps.close_view import plane_for, view_around
from controller.features.maps.position_files import Placed, places_listed
from controller.features.maps.sketch import Centre, sketch

CENTRES = tuple(Centre(str(n), 12.0 + 0.2 * (n // 4), 109.0 + 0.2 * (n % 4)) for n in range(16))
CELL = sketch(CENTRES).cells[5]


@pytest.mark.parametrize(
    "content",
    [
        "loa-1,12.5,109.25\nloa-2,12.6,109.3\n",
        "\ufeffma;vi_do;kinh_do\nloa-1;12,5;109,25\n\nloa-2;12,6;109,3",
        "loa-1\t12.5\t109.25\r\nloa-2\t12.6\t109.3\r\n",
        "STT;Kinh độ;Vĩ độ;Mã cụm loa\n1;109,25;12,5;loa-1\n2;109,3;12,6;loa-2",
    ],
)
def test_positions_are_read_as_spreadsheets_write_them(content):
    found = [one.placed for one in places_listed(content)]
    assert found == [Placed("loa-1", 12.5, 109.25), Placed("loa-2", 12.6, 109.3)]


@pytest.mark.parametrize(
    "line",
    ["loa-2,x,109.3", "loa-2,95,109.3", "loa-2,nan,109.3", ",12.5,109.25", "loa-2,12.5", "loa-2"],
)
def test_a_wrong_line_is_named_wherever_it_stands(line):
    last = places_listed(f"loa-1,12.5,109.25\n{line}")[-1]
    (first, _) = places_listed(f"{line}\nloa-1,12.5,109.25")
    assert (last.line, first.line) == (2, 1)
    assert {last.placed, first.placed} == {None}
    assert "không phải mã cụm loa" in last.fault
    assert first.fault == last.fault


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "không có dòng nào"),
        ("ma,vi_do,kinh_do\n", "không có dòng nào"),
        ("loa-1," + "1" * 200_000, "không phải CSV"),
        ("loa-1,12.5,109.25\n" * 40_000, "quá dài"),
    ],
)
def test_what_is_no_list_is_refused(text, says):
    with pytest.raises(BadInput, match=says):
        places_listed(text)


def test_in_a_cell_that_stands_for_a_commune_directions_are_right_and_all_lie_inside():
    centre = CENTRES[5]
    east, north = (centre.longitude + 0.3, centre.latitude), (centre.longitude, centre.latitude + 0.1)
    plane = plane_for(CELL, [east, north])
    x, y = plane.at(east)
    assert (x > CELL.x, round(y, 6)) == (True, CELL.y)
    assert plane.at(north)[1] < CELL.y
    assert math.dist((x, y), (CELL.x, CELL.y)) == pytest.approx(CELL.room * 0.8)
    assert plane_for(CELL, []) == CELL.plane


def test_the_view_of_a_commune_holds_it_with_an_edge():
    left, top, right, bottom = CELL.extent
    x, y, wide, tall = view_around(CELL.extent)
    assert x < left < right < x + wide
    assert y < top < bottom < y + tall
    assert view_around((100.0, 100.0, 100.5, 100.5))[2] > 20
