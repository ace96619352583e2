"""Marks of tone that stand on the wrong vowel ("Điêù", "cuả", "gíao"), put where spelling has them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_PLAIN: Final = "ìíỉĩịùúủũụỳýỷỹỵ"
_MISPLACED: Final = re.compile(
    rf"(?P<to>[âăêôơư])(?P<of>[{_PLAIN}òóỏõọ])"  # Điêù
    r"|(?:(?<![qQ])(?P<to_u>[uư])|(?<![gG])(?P<to_i>i))(?P<of_a>[àáảãạ])(?![^\W\d_])"  # cuả, chià
    rf"|(?P<of_first>[{_PLAIN}])(?P<between>y?)(?P<to_hat>[âêô])"  # tìên, ngũyên
    r"|(?P<of_horn>[ừứửữự])(?P<to_horn>ơ)"  # đừơng
    r"|(?:(?<=[gG])(?P<of_i>[ìíỉĩị])(?P<to_next>[aăâeoôơuư])"  # gíao
    r"|(?<=[qQ])(?P<of_q>[ùúủũụ])(?P<to_q>[aăâeêiơy]))",  # qúa
    re.IGNORECASE,
)
_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"


def put_tones(text: str) -> str:
    """The text (NFC) with such marks moved; nothing else is changed."""
    return _MISPLACED.sub(_moved, text)


def _moved(found: re.Match[str]) -> str:
    groups = {name: letter for name, letter in found.groupdict().items() if letter}
    bearer = next(letter for name, letter in groups.items() if name.startswith("of"))
    heir = next(letter for name, letter in groups.items() if name.startswith("to"))
    parts = unicodedata.normalize("NFD", bearer)
    tone = next(part for part in parts if part in _TONES)
    bare = unicodedata.normalize("NFC", parts.replace(tone, ""))
    toned = unicodedata.normalize("NFC", heir + tone)
    return "".join({bearer: bare, heir: toned}.get(letter, letter) for letter in found.group())
