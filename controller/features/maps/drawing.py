"""Current drawing of the province: from imported outlines, or a sketch from centres only."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.maps.outline_drawing import outlined
from controller.features.maps.outlines import edition_of, outlines
from controller.features.maps.shapes import CommuneShape
from controller.features.maps.sketch import Atlas, Centre, centres_of, sketch
from controller.model.area_tree import AreaTree
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
