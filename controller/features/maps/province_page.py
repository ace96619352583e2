"""The page Bản đồ: the drawing of the province from outlines or centres alone, and what it shows."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.accounts.viewer import Caller
from controller.features.airings.page_queries import commune_tiles
from controller.features.airings.views import Tile
from controller.features.maps.outline_drawing import outlined
from controller.features.maps.outlines import edition_of, outlines
from controller.features.maps.shapes import CommuneShape
from controller.features.maps.sketch import (
    Atlas,
    Box,
    Centre,
    CommuneCell,
    centres_of,
    free_of_others,
    sketch,
)
from controller.http.signs import Sign
from controller.model.area_tree import AreaTree
from controller.model.permissions import Act
from devices.ids import AreaCode

_MOST_KEPT = 8  # drawings: a station needs one at a time; an import or a change of areas makes a new one
_MARK = 16  # characters of a drawing's identifier


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing, its identifier, the import time of its outlines, and the communes without an outline."""

    atlas: Atlas
    mark: str
    outlined_at: datetime | None = None
    lacking: tuple[AreaCode, ...] = ()


_Key = tuple[str, datetime, tuple[Centre, ...], frozenset[tuple[AreaCode, AreaCode]]]
_KEPT: dict[_Key, Drawing] = {}
"""By what was drawn (edition, centres, which area is a part of which commune): nothing gets stale."""


def drawing(session: Session, scope: Scope) -> Drawing:
    """Return the current drawing of the province; one query, and one more if the data has changed."""
    tops = {code for code, area in scope.by_code.items() if area.parent is None}
    communes = {code: area for code, area in scope.by_code.items() if area.parent in tops}
    centres = centres_of({code: (area.latitude, area.longitude) for code, area in communes.items()})
    edition = edition_of(session)
    if edition is None:
        atlas = sketch(centres)
        return Drawing(atlas, _mark(atlas))
    parts = _parts(scope.tree, communes)
    key = (edition.mark, edition.imported_at, centres, parts)
    found = _KEPT.get(key)
    if found is None:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        found = _KEPT[key] = _outlined(session, centres, parts, edition.imported_at)
    return found


def _parts(tree: AreaTree, communes: Iterable[AreaCode]) -> frozenset[tuple[AreaCode, AreaCode]]:
    """Return the areas that belong to each commune: itself, its villages, the communes merged into it."""
    return frozenset((commune, part) for commune in communes for part in tree.below([commune]))


def _outlined(
    session: Session,
    centres: tuple[Centre, ...],
    parts: frozenset[tuple[AreaCode, AreaCode]],
    imported_at: datetime,
) -> Drawing:
    shapes = outlines(session)
    land: dict[AreaCode, list[CommuneShape]] = {commune: [] for commune, _ in parts}
    for commune, part in sorted(parts):
        if part in shapes:
            land[commune].append(shapes[part])
    atlas = outlined(land, centres)
    lacking = tuple(sorted(commune for commune, found in land.items() if not found))
    return Drawing(atlas, _mark(atlas), imported_at, lacking)


def _mark(atlas: Atlas) -> str:
    drawn = "".join(f"{cell.code}{cell.path}" for cell in atlas.cells)
    return hashlib.sha256(drawn.encode()).hexdigest()[:_MARK]


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
