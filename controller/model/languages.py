"""The languages that areas are spoken to in, and who hears which: by area, the nearest list counts; pure.

The codes are those of ISO 639-3; the list is a file that a person can read and lengthen (languages.csv).
"""

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NewType

from controller.model.area_tree import AreaTree
from devices.ids import AreaCode

LanguageCode = NewType("LanguageCode", str)
"""Three letters of ISO 639-3."""
VIETNAMESE = LanguageCode("vie")
_FILE = Path(__file__).with_name("languages.csv")


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its code; `name` is what a person in the province calls it."""

    code: LanguageCode
    name: str
    english: str


@cache
def languages() -> dict[LanguageCode, Language]:
    """Return every language that is known, by code, in the order of the file."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [
            Language(LanguageCode(row["code"]), row["name"], row["english"]) for row in csv.DictReader(file)
        ]
    return {row.code: row for row in rows}


def by_language(
    tree: AreaTree,
    targets: Collection[AreaCode],
    wanted: Mapping[AreaCode, Sequence[LanguageCode]],
    there: Collection[LanguageCode],
    indivisible: Collection[AreaCode] = (),
) -> dict[LanguageCode, tuple[AreaCode, ...]]:
    """Return the areas that each language is for, none below another of the same language.

    `wanted`: the languages of areas, the best first, for all below them that have no list of their own.
    `there`: languages that the text exists in besides Vietnamese, which stands in for every other.
    `indivisible`: areas in which loudspeakers stand themselves; they hear one thing with all below.
    """
    spoken = {VIETNAMESE, *there}
    found: dict[LanguageCode, list[AreaCode]] = {}

    def language_of(area: AreaCode) -> LanguageCode:
        for above in tree.lineage(area):
            if above in wanted:
                return next((one for one in wanted[above] if one in spoken), VIETNAMESE)
        return VIETNAMESE

    def divide(area: AreaCode) -> None:
        below = tree.below([area])
        heard = {language_of(one) for one in below} or {VIETNAMESE}
        if len(heard) == 1 or area in indivisible:
            found.setdefault(language_of(area), []).append(area)
            return
        for child in sorted(one for one in below if tree.parents[one] == area):
            divide(child)

    for target in tree.outermost(targets):
        divide(target)
    return {language: tuple(sorted(areas)) for language, areas in sorted(found.items())}
