"""The tree of areas as a value: who is above and below; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from devices.messages import AreaCode


@dataclass(frozen=True, slots=True)
class AreaTree:
    """Each known area's parent (None: the top)."""

    parents: Mapping[AreaCode, AreaCode | None]

    def __contains__(self, code: object) -> bool:
        return code in self.parents

    def lineage(self, code: AreaCode) -> tuple[AreaCode, ...]:
        """Return the area and all above it, itself first; empty when it is unknown."""
        found: list[AreaCode] = []
        above: AreaCode | None = code
        while above is not None and above in self.parents and above not in found:
            found.append(above)
            above = self.parents[above]
        return tuple(found)

    def below(self, tops: Iterable[AreaCode]) -> frozenset[AreaCode]:
        """Return the areas with all below them."""
        wanted = frozenset(tops)
        return frozenset(code for code in self.parents if not wanted.isdisjoint(self.lineage(code)))

    def without(self, tops: Iterable[AreaCode], gone: Iterable[AreaCode]) -> tuple[AreaCode, ...]:
        """Return the outermost areas that cover what is below the tops, less what is below the gone."""
        gone = frozenset(gone)
        broken = {above for code in gone for above in self.lineage(code)}
        return self.outermost(self.below(tops) - self.below(gone) - broken)

    def outermost(self, codes: Iterable[AreaCode]) -> tuple[AreaCode, ...]:
        """Return the areas without those that lie below another of them, in the order of their codes."""
        wanted = frozenset(codes)
        return tuple(sorted(code for code in wanted if wanted.isdisjoint(self.lineage(code)[1:])))
