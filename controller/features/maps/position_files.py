"""Reads positions of loudspeakers from a CSV file; pure. docs/commands.md has the form of the file."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from controller.errors import BadInput
from controller.model.spreadsheets import table_rows, table_text
from devices.ids import NodeId

LARGEST_POSITIONS = 900_000
"""Bytes, below what any form may have: a line of a loudspeaker has some forty, a province 5,000 of them."""
_FEWEST_COLUMNS = 3
_TURN, _RIGHT_ANGLE = 180.0, 90.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A loudspeaker and where it stands, in degrees; `accuracy_m`: of a phone's position."""

    node: NodeId
    latitude: float
    longitude: float
    accuracy_m: float | None = None


def read_positions(data: bytes) -> list[Placed]:
    """Return the positions of a file, or raise BadInput with the line that is wrong.

    Columns: mark of the loudspeaker, latitude, longitude; separated by comma, semicolon or tab. A first line
    without numbers is a heading. With semicolon or tab, a comma may be the decimal sign.
    """
    if len(data) > LARGEST_POSITIONS:
        raise _wrong(f"Tệp quá lớn (trên {LARGEST_POSITIONS // 1000} kB).")
    found = list(_rows(table_text(data)))
    if not found:
        raise _wrong("Tệp không có dòng nào ghi mã cụm loa, vĩ độ, kinh độ.")
    return found


def degrees_of(latitude: str, longitude: str) -> tuple[float, float] | None:
    """Return a latitude and a longitude as typed, or None where they are no degrees."""
    try:
        north, east = float(latitude.strip().replace(",", ".")), float(longitude.strip().replace(",", "."))
    except ValueError:
        return None
    is_there = math.isfinite(north) and math.isfinite(east)
    return (north, east) if is_there and abs(north) <= _RIGHT_ANGLE and abs(east) <= _TURN else None


def _rows(text: str) -> Iterator[Placed]:
    rows = table_rows(text)
    for row in rows:
        cells = row.cells
        degrees = degrees_of(cells[1], cells[2]) if len(cells) >= _FEWEST_COLUMNS else None
        if degrees is None and row is rows[0]:
            continue  # the heading
        if degrees is None or not cells[0]:
            raise _wrong(
                f"Dòng {row.line} không phải mã cụm loa, vĩ độ, kinh độ (thí dụ: "
                "loa-22366-1,12.2451,109.1943)."
            )
        yield Placed(NodeId(cells[0]), *degrees)


def _wrong(sentence: str) -> BadInput:
    return BadInput(f"{sentence} Chưa có gì được nhập.", code="position.bad-file")
