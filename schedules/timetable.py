"""What stands on an area's timetable, and who yields to whom (docs/architecture.md, "When").

Pure. An entry for a province sounds in each of its communes, so entries of several areas meet here.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum


class Rank(IntEnum):
    """The three grades of Circular 39/2020/TT-BTTTT in their order; the higher takes the area."""

    ROUTINE = 0
    PRIORITY = 1
    EMERGENCY = 2


@dataclass(frozen=True)
class Entry:
    """Something that is to sound: its name, the areas it is for, and when; instants are aware."""

    name: str
    areas: frozenset[str]
    starts_at: datetime
    duration: timedelta
    rank: Rank = Rank.ROUTINE

    @property
    def ends_at(self) -> datetime:
        """The first instant after it."""
        return self.starts_at + self.duration


@dataclass(frozen=True)
class Row:
    """An entry on one area's timetable with the names of those that it meets there."""

    entry: Entry
    yields_to: tuple[str, ...] = ()
    takes_from: tuple[str, ...] = ()
    level_with: tuple[str, ...] = ()
    """Those among both that have the same rank: the area's officer may want another order."""

    @property
    def is_clear(self) -> bool:
        """Whether nothing else is to sound at the same time."""
        return not (self.yields_to or self.takes_from)


def precedence(entry: Entry) -> tuple[int, datetime, str]:
    """Return the sorting key of who sounds when several could: rank, then earlier start, then name.

    The loudspeakers decide in the same order.
    """
    return (-entry.rank, entry.starts_at, entry.name)


def timetable(
    entries: Iterable[Entry], lineage: Collection[str], since: datetime, until: datetime
) -> tuple[Row, ...]:
    """Return the rows of one area, by start, of all that sounds there between two instants.

    `lineage` is the area with all areas above it. Entries that only touch do not overlap.
    """
    here = frozenset(lineage)
    own = sorted(
        (entry for entry in entries if entry.areas & here),
        key=lambda entry: (entry.starts_at, *precedence(entry)),
    )
    meets = _meetings(own)
    return tuple(
        _row(entry, meets[place])
        for place, entry in enumerate(own)
        if entry.starts_at < until and entry.ends_at > since
    )


def timetables(
    entries: Iterable[Entry], lineages: Mapping[str, Collection[str]], since: datetime, until: datetime
) -> dict[str, tuple[Row, ...]]:
    """Return the timetable of each area, given the lineage of each."""
    known = tuple(entries)
    return {area: timetable(known, lineage, since, until) for area, lineage in lineages.items()}


def _meetings(ordered: list[Entry]) -> list[list[Entry]]:
    """Return for each entry, ordered by start, those that it overlaps."""
    meets: list[list[Entry]] = [[] for _ in ordered]
    open_places: list[int] = []
    for place, entry in enumerate(ordered):
        open_places = [other for other in open_places if ordered[other].ends_at > entry.starts_at]
        if not entry.duration:
            continue
        for other in open_places:
            meets[place].append(ordered[other])
            meets[other].append(entry)
        open_places.append(place)
    return meets


def _row(entry: Entry, met: list[Entry]) -> Row:
    ordered = sorted(met, key=precedence)
    own = precedence(entry)
    return Row(
        entry,
        yields_to=tuple(other.name for other in ordered if precedence(other) < own),
        takes_from=tuple(other.name for other in ordered if precedence(other) > own),
        level_with=tuple(other.name for other in ordered if other.rank == entry.rank),
    )
