"""Numbers of houses in alleys: 45/2/7, 12/3A, 15B/2, K12/5."""

import re
from typing import Final

from tts.normalization.cues import Cues, compiled
from tts.normalization.scene import Hit, Rule, Scene
from tts.normalization.templates import say

_CUE: Final = Cues("houses")

_A_YEAR: Final = re.compile(r"19[4-9]\d|20[0-4]\d")
_LAST_DAY: Final = 31
_NAME_FOLLOWS: Final = compiled(r",? [A-ZĐÀ-Ỹ][a-zđà-ỹ]")


def _house(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Numbers of houses in alleys: 45/2/7, 12/3A; "đường 2/4" is named after a day."""
    parts = found["parts"].split("/")
    named = scene.follows(_NAME_FOLLOWS, found.end()) is not None
    if len(parts) == 2 and _A_YEAR.fullmatch(parts[1]) and scene.last_words() == "số":  # noqa: PLR2004
        return say(found, "{number}, năm {year}", "numbered", number=parts[0], year=parts[1])
    cued = scene.cue(_CUE.address, 2) and not scene.cue(_CUE.street, 2)
    deep = len(parts) > 2 and (found["letter"] or int(parts[0]) > _LAST_DAY)  # noqa: PLR2004 -- no date
    street = scene.follows(_CUE.street_then_place, found.end()) and not scene.cue(_CUE.day, 2)
    placed = street or (named and (found["letter"] or scene.cue(_CUE.residence, 1) or deep))
    if not (cued or placed or (found["letter"] and deep)):
        return None
    return say(found, "{parts:alley}[ {letter:letter}]", "address")


def _house_with_letters(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A house in the alley of a house with a letter: "số 15B/2", "12A/5B Lê Lợi"."""
    named = scene.follows(_NAME_FOLLOWS, found.end())
    if not (named or (scene.cue(_CUE.address, 2) and not scene.cue(_CUE.street, 2))):
        return None
    return say(found, "{parts:alley}", "address")


HOUSE_RULES: Final[tuple[Rule, ...]] = (
    Rule(r"(?P<parts>\d{1,4}(?:/\d{1,4}){1,4})(?P<letter>[A-ZĐ]?)(?![\w/]|[.,]\d)", _house),
    Rule(r"(?P<parts>\d{1,4}[A-ZĐ](?:/\d{1,4}[A-ZĐ]?){1,3})(?![\w/]|[.,]\d)", _house_with_letters),
)
