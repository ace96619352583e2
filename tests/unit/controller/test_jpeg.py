"""A photograph keeps its picture and loses what the camera wrote beside it."""

import pytest

from controller.features.fleet.jpeg import without_metadata


def segment(marker, content):
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content


JFIF, PLACE, TABLE = segment(0xE0, b"JFIF"), segment(0xE1, b"Exif place"), segment(0xDB, b"table")
SCAN = segment(0xDA, b"scan") + b"\x11\xff\x00\x22\xff\xd9"


def test_place_and_comments_are_cut_off_and_the_rest_stays():
    whole = b"\xff\xd8" + JFIF + PLACE + TABLE + segment(0xFE, b"taken by") + segment(0xEF, b"x") + SCAN
    assert without_metadata(whole) == b"\xff\xd8" + JFIF + TABLE + SCAN


def test_what_stands_between_and_after_the_scans_is_cut_off_too():
    second = b"\xff\xd8" + PLACE + SCAN
    early, late = SCAN[:-2], segment(0xDA, b"more") + b"\x33\xff\xd3\x44"
    whole = b"\xff\xd8" + JFIF + early + b"\xff\xff" + PLACE + TABLE + late + b"\xff\xd9" + second + b"\0\0"
    assert without_metadata(whole) == b"\xff\xd8" + JFIF + early + TABLE + late + b"\xff\xd9"


def test_a_megabyte_of_fill_bytes_is_read_in_linear_time():
    whole = b"\xff\xd8" + SCAN[:-2] + b"\xff" * 1_000_000
    assert without_metadata(whole + b"\0") is None
    assert without_metadata(whole + b"\xd9") == b"\xff\xd8" + SCAN


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"\xff\xd8" + JFIF,
        b"\xff\xd8" + JFIF + b"\xff\xd9",
        b"\xff\xd8" + b"\xff\xe1\xff\xff" + b"\xff\xd9",
        b"\xff\xd8" + b"\xff\xe1\x00\x00" * 3 + b"\xff\xd9",
        b"\xff\xd8<script>\xff\xd9",
        b"\xff\xd8" + JFIF + SCAN[:-2],
    ],
)
def test_what_is_no_picture_is_none(data):
    assert without_metadata(data) is None
