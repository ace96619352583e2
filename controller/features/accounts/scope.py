"""What a signed-in person may see: their area with all below, and what is meant for it from above."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.areas.queries import KnownArea, known_areas
from controller.http.words import lower_first
from controller.model.area_tree import AreaTree
from controller.model.permissions import Act, Operator, judge
from controller.model.plain_text import search_words
from devices.ids import AreaCode

_DIGITS = 5
"""Of a commune's official code."""
_FEW = 3  # most names in a line; above this, a count is shown


@dataclass(frozen=True)
class Scope:
    """A person's view of the area tree; answers questions about areas without a query."""

    home: AreaCode
    tree: AreaTree
    by_code: dict[AreaCode, KnownArea]
    seen: frozenset[AreaCode]
    """The own area, those in which the person is a deputy, and all below them."""
    hears: frozenset[AreaCode]
    """Areas whose airings sound somewhere in the own area: those seen, and those above."""

    @cached_property
    def communes(self) -> tuple[KnownArea, ...]:
        """The areas with a tile each: those directly below the person's area, or itself if there are none."""
        below = tuple(area for area in self.by_code.values() if area.parent == self.home)
        return below or (self.by_code[self.home],)

    def is_whole(self) -> bool:
        """Whether the person sees the whole province."""
        return len(self.seen) == len(self.by_code)

    def name(self, code: AreaCode) -> str:
        """The area's name, or its code where it is unknown."""
        return self.by_code[code].name if code in self.by_code else code

    def area_named(self, place: str) -> AreaCode | None:
        """Return the area of a code or a name in the person's view; None where it is none or several.

        A spreadsheet drops the zeros that a code begins with.
        """
        for code in (place, place.zfill(_DIGITS) if place.isdecimal() else place):
            if code in self.seen:
                return AreaCode(code)
        named = self._by_words.get(tuple(search_words(place)), ())
        return named[0] if len(named) == 1 else None

    @cached_property
    def _by_words(self) -> dict[tuple[str, ...], list[AreaCode]]:
        """The areas seen, by their names as search compares them: a list asks for each of its lines."""
        found: dict[tuple[str, ...], list[AreaCode]] = {}
        for code in self.seen:
            found.setdefault(tuple(search_words(self.name(code))), []).append(code)
        return found

    def check_seen(self, areas: Iterable[str]) -> None:
        """Raise NotFound for an area outside the person's view, as for one that does not exist."""
        if not self.seen.issuperset(areas):
            raise NotFound("Địa bàn này không thuộc phạm vi của bạn.", code="area.unknown")

    def is_of_commune(self) -> bool:
        """Whether the person works for one commune, or a village, and not for the province."""
        return self.by_code[self.home].parent is not None

    def narrowed(self, code: AreaCode) -> "Scope":
        """Return the view of somebody who works in this area, as far as the person sees it; or NotFound."""
        self.check_seen([code])
        below = self.seen & self.tree.below([code])
        return replace(self, home=code, seen=below, hears=below | frozenset(self.tree.lineage(code)))

    def commune_of(self, code: AreaCode) -> AreaCode | None:
        """The tile that an area belongs to, or None outside the person's view."""
        return next((above for above in self.tree.lineage(code) if above in self._tiled), None)

    @cached_property
    def _tiled(self) -> frozenset[AreaCode]:
        return frozenset(area.code for area in self.communes)

    def part_of(self, areas: Iterable[AreaCode]) -> tuple[AreaCode, ...]:
        """The person's part of areas: their own area if it lies below one of them, or those inside it."""
        codes = list(areas)
        if not set(self.tree.lineage(self.home)).isdisjoint(codes):
            return (self.home,)
        return tuple(code for code in codes if self.home in self.tree.lineage(code))

    def where(self, targets: Iterable[AreaCode]) -> str:
        """Targets in words: “Toàn tỉnh Khánh Hòa”, “Phường A, Xã B”, “12 xã, phường”."""
        codes = list(targets)
        tops = [code for code in codes if code in self.by_code and self.by_code[code].parent is None]
        if tops:
            name = self.name(tops[0])
            return f"Toàn {lower_first(name)}"
        if len(codes) <= _FEW:
            return ", ".join(self.name(code) for code in codes)
        return f"{len(codes)} xã, phường"

    def may(self, operator: Operator, act: Act, areas_asked: Iterable[AreaCode] | None = None) -> bool:
        """Whether the person may do the act in all of the areas (default: their own): for buttons."""
        asked = [self.home] if areas_asked is None else list(areas_asked)
        return all(judge(operator, act, self.tree.lineage(area)).allowed for area in asked)


def scope_of(session: Session, operator: Operator) -> Scope:
    """Return the person's view; one query."""
    rows = known_areas(session)
    tree = AreaTree({code: area.parent for code, area in rows.items()})
    seen = tree.below([operator.area, *operator.deputises_in])
    return Scope(operator.area, tree, rows, seen, seen | frozenset(tree.lineage(operator.area)))
