"""Reads positions of loudspeakers from a CSV file; pure. docs/commands.md has the form of the file."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass

from controller.errors import BadInput
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
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong("Tệp không phải CSV mã UTF-8.") from None
    try:
        found = list(_rows(text))
    except csv.Error:
        raise _wrong("Tệp không phải CSV.") from None
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
    head = text.partition("\n")[0]
    delimiter = next((one for one in ("\t", ";") if one in head), ",")
    for number, row in enumerate(csv.reader(text.splitlines(), delimiter=delimiter), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        degrees = degrees_of(cells[1], cells[2]) if len(cells) >= _FEWEST_COLUMNS else None
        if degrees is None and number == 1:
            continue  # the heading
        if degrees is None or not cells[0]:
            raise _wrong(
                f"Dòng {number} không phải mã cụm loa, vĩ độ, kinh độ (thí dụ: loa-22366-1,12.2451,109.1943)."
            )
        yield Placed(NodeId(cells[0]), *degrees)


def _wrong(sentence: str) -> BadInput:
    return BadInput(f"{sentence} Chưa có gì được nhập.", code="position.bad-file")
