"""What the page Bản đồ shows: each commune's place on the drawing, its name, its state."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from controller.features.accounts.viewer import Caller
from controller.features.airings.page_queries import commune_tiles
from controller.features.airings.views import Tile
from controller.features.maps.drawing import drawing
from controller.features.maps.sketch import Box, CommuneCell, free_of_others
from controller.http.signs import Sign
from controller.model.permissions import Act
from controller.store import Session
from devices.ids import AreaCode

_LONGEST_LINE = 9  # characters of a name that fit in one line of a cell
_LETTER, _LINE = 6.2, 13.0  # width of a character and height of a line, in units of the drawing


@dataclass(frozen=True, slots=True)
class MapPlace:
    """One commune on the map; `tile` is None outside the person's view."""

    cell: CommuneCell
    name: str
    tile: Tile | None
    is_named: bool = False
    """Whether its name stands on the drawing: there is room, and no other name in its way."""
    number: int = 0
    """Its place in the table, drawn where its name is not; 0 outside the person's view."""

    @property
    def box(self) -> Box:
        """The box that the name covers on the drawing."""
        wide = max(map(len, self.lines)) * _LETTER
        return Box(self.cell.x, self.cell.y, wide, len(self.lines) * _LINE)

    @property
    def lines(self) -> tuple[str, ...]:
        """The name without the kind of area, in one or two lines."""
        short = self.tile.short_name if self.tile else self.name
        if len(short) <= _LONGEST_LINE or " " not in short:
            return (short,)
        blanks = [at for at, letter in enumerate(short) if letter == " "]
        middle = min(blanks, key=lambda at: abs(at - len(short) / 2))
        return (short[:middle], short[middle + 1 :])


def province_page(session: Session, caller: Caller, mark: str = "") -> Mapping[str, Any]:
    """Return the communes on the drawing and in the table, with their states.

    `mark`: the identifier of the drawing that a browser has; empty: none.
    """
    tiles = commune_tiles(session, caller.scope, caller.now())
    by_code = {AreaCode(tile.code): tile for tile in tiles}
    drawn = drawing(session, caller.scope)
    places = [
        MapPlace(cell, caller.scope.name(cell.code), by_code.get(cell.code)) for cell in drawn.atlas.cells
    ]
    roomy = sorted((place for place in places if place.cell.has_room), key=lambda place: -place.cell.room)
    named = {
        place.cell.code
        for place, free in zip(roomy, free_of_others([one.box for one in roomy]), strict=True)
        if free
    }
    numbers = {AreaCode(tile.code): number for number, tile in enumerate(tiles, 1) if len(tiles) > 1}
    places = [
        replace(place, is_named=place.cell.code in named, number=numbers.get(place.cell.code, 0))
        for place in places
    ]
    lacking = [caller.scope.by_code[code] for code in drawn.lacking]
    top = caller.scope.tree.lineage(caller.scope.home)[-1]
    return {
        "drawing": drawn,
        "lacking": [area.name for area in lacking if area.ended_at is None],
        "stream": f"/song/ban-do?hinh={drawn.mark}",
        "is_redrawn": mark not in {"", drawn.mark},
        "atlas": drawn.atlas,
        "spots": places,
        "tiles": tiles,
        "legend": _legend(tiles),
        "may_outline": caller.scope.may(caller.by, Act.RULE, [top]),
    }


def _legend(tiles: list[Tile]) -> list[tuple[Sign, int]]:
    """Return each state that occurs with its number of communes, most urgent first."""
    counts: dict[Sign, int] = {}
    for tile in tiles:
        counts[tile.today] = counts.get(tile.today, 0) + 1
    order = ["live", "bad", "warn", "calm", "good", "work"]
    return sorted(counts.items(), key=lambda pair: (order.index(pair[0].tone), -pair[1]))
