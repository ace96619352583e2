"""The region's number words: "nghìn, linh" in the north, "ngàn, lẻ" farther south."""

import re
from typing import Final

from tts.manners import Region

_SOUTHERN: Final = {"nghìn": "ngàn", "linh": "lẻ"}
_NUMBER_WORD: Final = re.compile(r"\b(?:nghìn|linh)\b")
_NO_NUMBERS: Final = frozenset(  # rules that speak words which were never a number
    ["plain", "province", "defined", "abbreviation", "foreign", "address", "letter", "spelt", "respelt"]
)


def in_region(spoken: str, rule: str, region: Region) -> str:
    """What a rule said, with its number words as the region says them; other words stay."""
    if region == "north" or rule in _NO_NUMBERS:
        return spoken
    return _NUMBER_WORD.sub(lambda word: _SOUTHERN[word.group()], spoken.replace("linh tư", "linh bốn"))
