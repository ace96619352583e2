"""Languages of areas: an area without its own list uses that of its nearest ancestor; pure.

The codes are ISO 639-3; the list of languages is a file that people can extend (languages.csv).
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
    """A language by its code; `name` is its usual Vietnamese name."""

    code: LanguageCode
    name: str
    english: str


@cache
def languages() -> dict[LanguageCode, Language]:
    """Return all known languages by code, in the order of the file."""
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
    """Return the areas for each language, none below another of the same language.

    `wanted`: the languages of areas, preferred first; they apply to descendants without a list of their own.
    `there`: languages in which the text exists; where none fits, Vietnamese is used.
    `indivisible`: areas that have loudspeakers of their own; they and their descendants get one language.
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
