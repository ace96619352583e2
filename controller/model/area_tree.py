"""The tree of areas as a value: ancestors and descendants; pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from devices.ids import AreaCode


@dataclass(frozen=True)
class AreaTree:
    """Parent of each known area; None for the province."""

    parents: Mapping[AreaCode, AreaCode | None]

    def __contains__(self, code: object) -> bool:
        return code in self.parents

    def lineage(self, code: AreaCode) -> tuple[AreaCode, ...]:
        """Return the area and its ancestors, itself first; empty when it is unknown."""
        found: list[AreaCode] = []
        above: AreaCode | None = code
        while above is not None and above in self.parents and above not in found:
            found.append(above)
            above = self.parents[above]
        return tuple(found)

    def below(self, tops: Iterable[AreaCode]) -> frozenset[AreaCode]:
        """Return the areas with all their descendants."""
        found: set[AreaCode] = set()
        waiting = [code for code in tops if code in self.parents]
        while waiting:
            code = waiting.pop()
            if code not in found:
                found.add(code)
                waiting += self._children.get(code, ())
        return frozenset(found)

    def around(self, areas: Collection[AreaCode]) -> frozenset[AreaCode]:
        """Return the areas with all below and above them: what is for any of these is heard in some."""
        return self.below(areas) | frozenset(above for area in areas for above in self.lineage(area))

    def without(self, tops: Iterable[AreaCode], gone: Iterable[AreaCode]) -> tuple[AreaCode, ...]:
        """Return the fewest areas that cover the descendants of `tops` without those of `gone`."""
        gone = frozenset(gone)
        broken = {above for code in gone for above in self.lineage(code)}
        return self.outermost(self.below(tops) - self.below(gone) - broken)

    def outermost(self, codes: Iterable[AreaCode]) -> tuple[AreaCode, ...]:
        """Return the areas without those that lie below another of them, in the order of their codes."""
        wanted = frozenset(codes)
        return tuple(sorted(code for code in wanted if wanted.isdisjoint(self.lineage(code)[1:])))

    def meeting(self, one: AreaCode, other: AreaCode) -> AreaCode | None:
        """Return the lowest area that both lie in; None where one is unknown."""
        above = self.lineage(other)
        return next((code for code in self.lineage(one) if code in above), None)

    @cached_property
    def _children(self) -> Mapping[AreaCode, Sequence[AreaCode]]:
        """Cached: one page asks for the descendants of dozens of areas of the same tree."""
        found: dict[AreaCode, list[AreaCode]] = {}
        for code, above in self.parents.items():
            if above is not None:
                found.setdefault(above, []).append(code)
        return found
