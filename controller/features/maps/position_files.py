"""Reads a list of where loudspeakers stand; pure. docs/commands.md has its form."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from controller.errors import BadInput
from controller.model.spreadsheets import TableRow, columns_named, table_rows
from devices.ids import NodeId

LONGEST_PLACES = 400_000
"""Characters of a list, below what a field of a form may have: a line of a loudspeaker has some forty, and a
province 5,000 of them."""
PLACE_COLUMNS: Mapping[str, frozenset[str]] = {
    "id": frozenset({"ma", "ma loa", "ma cum loa", "id", "node"}),
    "latitude": frozenset({"vi do", "latitude", "lat"}),
    "longitude": frozenset({"kinh do", "longitude", "lng", "lon", "long"}),
}
"""Headings of the columns, as they are compared."""
_IN_ORDER: Mapping[str, int] = {"id": 0, "latitude": 1, "longitude": 2}
_TURN, _RIGHT_ANGLE = 180.0, 90.0
_LONGEST_SAID = 100  # characters of a line that a sentence repeats


@dataclass(frozen=True, slots=True)
class Placed:
    """A loudspeaker and where it stands, in degrees; `accuracy_m`: of a phone's position."""

    node: NodeId
    latitude: float
    longitude: float
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class ListedPlace:
    """One line; without a place, `fault` says what is wrong with it and what to do."""

    line: int
    node: str
    placed: Placed | None
    fault: str = ""


def places_listed(text: str) -> list[ListedPlace]:
    """Return what a list says line by line; BadInput for one that is too long, or has no line.

    Columns: id of the loudspeaker, latitude, longitude, or as a first line without numbers names them;
    separated by comma, semicolon or tab. With semicolon or tab, a comma may be the decimal sign.
    """
    if len(text) > LONGEST_PLACES:
        raise BadInput("Danh sách quá dài. Hãy chia ra nhiều tệp.", code="list.too-long")
    rows, columns = table_rows(text), _IN_ORDER
    if rows and not any(map(str.isdecimal, "".join(rows[0].cells))):
        named = columns_named(rows[0], PLACE_COLUMNS)
        columns = named if len(named) == len(PLACE_COLUMNS) else columns
        del rows[0]
    if not rows:
        raise BadInput("Danh sách không có dòng nào ghi mã cụm loa, vĩ độ, kinh độ.", code="list.empty")
    return [_place(row, columns) for row in rows]


def degrees_of(latitude: str, longitude: str) -> tuple[float, float] | None:
    """Return a latitude and a longitude as typed, or None where they are no degrees."""
    try:
        north, east = float(latitude.strip().replace(",", ".")), float(longitude.strip().replace(",", "."))
    except ValueError:
        return None
    is_there = math.isfinite(north) and math.isfinite(east)
    return (north, east) if is_there and abs(north) <= _RIGHT_ANGLE and abs(east) <= _TURN else None


def _place(row: TableRow, columns: Mapping[str, int]) -> ListedPlace:
    cells = {name: row.cells[at] if at < len(row.cells) else "" for name, at in columns.items()}
    node, degrees = NodeId(cells["id"]), degrees_of(cells["latitude"], cells["longitude"])
    if node and degrees:
        return ListedPlace(row.line, node, Placed(node, *degrees))
    said = "; ".join(row.cells)[:_LONGEST_SAID]
    fault = f"“{said}” không phải mã cụm loa, vĩ độ, kinh độ. Hãy ghi như: loa-22366-1; 12,2451; 109,1943."
    return ListedPlace(row.line, node, None, fault)
