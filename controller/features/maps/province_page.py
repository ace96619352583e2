"""The page Bản đồ: the drawing of the province from outlines or centres alone, and what it shows."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.accounts.scope import Scope
from controller.features.accounts.viewer import Caller
from controller.features.airings.page_queries import commune_tiles
from controller.features.airings.views import Tile, short_name
from controller.features.fleet.queries import visible_node
from controller.features.maps.close_view import view_around
from controller.features.maps.map_nodes import nodes_on_map
from controller.features.maps.outline_drawing import outlined
from controller.features.maps.outlines import edition_of, outlines
from controller.features.maps.positions import positions_of
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
from controller.store import one_read
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
    """Whether its name stands on the drawing before a script arranges names: there is room for it."""
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
        short = self.tile.short_name if self.tile else short_name(self.name)
        if len(short) <= _LONGEST_LINE or " " not in short:
            return (short,)
        blanks = [at for at, letter in enumerate(short) if letter == " "]
        middle = min(blanks, key=lambda at: abs(at - len(short) / 2))
        return (short[:middle], short[middle + 1 :])


@dataclass(frozen=True, slots=True)
class MapAsked:
    """What the address of a map asks for; empty: the person's own commune, or the whole province.

    `mark`: the identifier of the drawing that a browser has.
    """

    commune: str = ""
    mark: str = ""


def province_page(session: Session, caller: Caller, asked: MapAsked) -> Mapping[str, Any]:
    """Return the communes on the drawing and in the table with their states, or one with its nodes."""
    scope = caller.scope
    tiles = commune_tiles(session, scope, caller.now())
    drawn = drawing(session, scope)
    places = _places(drawn.atlas, scope, tiles)
    lacking = [scope.by_code[code] for code in drawn.lacking]
    top = scope.tree.lineage(scope.home)[-1]
    cell = _chosen(drawn.atlas, scope, asked.commune)
    close = None if cell is None else nodes_on_map(session, scope, cell.code, cell, caller.now())
    shown = f"xa={cell.code}&" if cell is not None and asked.commune else ""
    return {
        "drawing": drawn,
        "lacking": [area.name for area in lacking if area.ended_at is None],
        "stream": f"/song/ban-do?{shown}hinh={drawn.mark}",
        "is_redrawn": asked.mark not in {"", drawn.mark},
        "atlas": drawn.atlas,
        "spots": places,
        "tiles": tiles,
        "legend": _legend(tiles) if close is None else close.legend,
        "may_outline": scope.may(caller.by, Act.RULE, [top]),
        "cell": cell,
        "close": close,
        "view": (0, 0, drawn.atlas.width, drawn.atlas.height) if cell is None else view_around(cell.extent),
        "may_place": scope.may(caller.by, Act.ENROL),
    }


@one_read
def choice_map(session: Session, scope: Scope) -> Mapping[str, Any]:
    """Return the drawing on which communes are chosen."""
    drawn = drawing(session, scope)
    return {"atlas": drawn.atlas, "spots": _places(drawn.atlas, scope, [])}


@one_read
def pole_page(session: Session, caller: Caller, node_id: str) -> Mapping[str, Any]:
    """Return the map of a node's commune on which its place is set; NotFound outside the person's view."""
    node = visible_node(session, caller.scope, node_id)
    lineage = caller.scope.tree.lineage(node.area)
    commune = next((code for code in lineage if _is_commune(caller.scope, code)), "")
    position = positions_of(session, [node.id]).get(node.id)
    return {
        **province_page(session, caller, MapAsked(commune)),
        "node": node,
        "position": position,
    }


def _is_commune(scope: Scope, code: AreaCode) -> bool:
    above = scope.by_code[code].parent
    return above is not None and scope.by_code[above].parent is None


def _chosen(atlas: Atlas, scope: Scope, asked: str) -> CommuneCell | None:
    """Return the commune that is shown alone: the one asked for, or that of who is not the province's."""
    cells = {cell.code: cell for cell in atlas.cells}
    if asked:
        scope.check_seen([asked])
        if asked not in cells:
            raise NotFound("Địa bàn này không có trên bản đồ.", code="map.no-commune")
        return cells[AreaCode(asked)]
    if scope.by_code[scope.home].parent is None:
        return None
    return next((cells[code] for code in scope.tree.lineage(scope.home) if code in cells), None)


def _places(atlas: Atlas, scope: Scope, tiles: Sequence[Tile]) -> list[MapPlace]:
    by_code = {AreaCode(tile.code): tile for tile in tiles}
    places = [MapPlace(cell, scope.name(cell.code), by_code.get(cell.code)) for cell in atlas.cells]
    roomy = sorted((place for place in places if place.cell.has_room), key=lambda place: -place.cell.room)
    free = free_of_others([one.box for one in roomy])
    named = {place.cell.code for place, is_free in zip(roomy, free, strict=True) if is_free}
    numbers = {AreaCode(tile.code): number for number, tile in enumerate(tiles, 1) if len(tiles) > 1}
    return [
        replace(place, is_named=place.cell.code in named, number=numbers.get(place.cell.code, 0))
        for place in places
    ]


def _legend(tiles: list[Tile]) -> list[tuple[Sign, int]]:
    """Return each state that occurs with its number of communes, most urgent first."""
    counts: dict[Sign, int] = {}
    for tile in tiles:
        counts[tile.today] = counts.get(tile.today, 0) + 1
    order = ["live", "bad", "warn", "calm", "good", "work"]
    return sorted(counts.items(), key=lambda pair: (order.index(pair[0].tone), -pair[1]))
