"""Texts in the byte encodings of before Unicode, TCVN 5712:1993 (fonts .Vn…) and VNI (fonts VNI-…).

Such a text, opened as Latin-1 or Windows-1252, shows "Th«ng b¸o" or "Thoâng baùo".
The tables are the published code charts.
"""

from __future__ import annotations

import re
from typing import Final

from tts.reading.syllables import is_syllable

_TCVN3: Final = str.maketrans(
    "¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉË®ÐÌÎÏÑªÕÒÓÔÖÝ×ØÜÞãßáâä«èåæçé¬íêëìîóïñòô\u00adøõö÷ùýúûüþ¡¢§£¤¥¦",
    "áàảãạăắằẳẵặâấầẩẫậđéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵĂÂĐÊÔƠƯ",
)
_VNI_MARKS: Final = {
    "a": ("ùøûõïâáàåãäêéèúüë", "áàảãạâấầẩẫậăắằẳẵặ"),
    "e": ("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ"),
    "o": ("ùøûõïâáàåãä", "óòỏõọôốồổỗộ"),
    "u": ("ùøûõï", "úùủũụ"),
    "y": ("ùøûõ", "ýỳỷỹ"),
    "ô": ("ùøûõï", "ớờởỡợ"),
    "ö": ("ùøûõï", "ứừửữự"),
}
_VNI_SINGLE: Final = dict(zip("ôöñæóòîíì", "ơưđỉĩịỵíì", strict=True))


def _vni_table() -> dict[str, str]:
    small = dict(_VNI_SINGLE)
    for letter, (marks, said) in _VNI_MARKS.items():
        small |= {letter + mark: one for mark, one in zip(marks, said, strict=True)}
    large = {written.upper(): said.upper() for written, said in small.items()}
    mixed = {written.capitalize(): said.upper() for written, said in small.items()}
    return large | mixed | small


_VNI: Final = _vni_table()
_VNI_FIND: Final = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))
_UNICODE: Final = re.compile("[\u0102\u0103\u0110\u0111\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9\u0300-\u0323]")
_HIGH: Final = re.compile("[\u00a1-\u00ff]")
_WORD: Final = re.compile("[A-Za-z\u00a1-\u00ff]*[\u00a1-\u00ff][A-Za-z\u00a1-\u00ff]*")
_LOOKED_AT: Final = 20_000  # characters, from the first strange one on, that decide
_FEWEST_WORDS: Final = 3
_MOSTLY: Final = 0.85
_SELDOM: Final = 0.5


def from_legacy(text: str) -> tuple[str, str | None]:
    """The text in Unicode, and the name of the old encoding it was in (None: it is returned as it was)."""
    first = None if _UNICODE.search(text) else _HIGH.search(text)
    if first is None:
        return text, None
    start = text.rfind(" ", 0, first.start()) + 1
    words = _WORD.findall(text[start : start + _LOOKED_AT])
    if len(words) < _FEWEST_WORDS or _share(words) > _SELDOM:
        return text, None
    tcvn3 = [word.translate(_TCVN3) for word in words]
    vni = [_from_vni(word) for word in words]
    if _share(tcvn3) >= max(_MOSTLY, _share(vni)):
        return text.translate(_TCVN3), "TCVN3"
    if _share(vni) >= _MOSTLY:
        return _from_vni(text), "VNI"
    return text, None


def _from_vni(text: str) -> str:
    return _VNI_FIND.sub(lambda found: _VNI[found.group()], text)


def _share(words: list[str]) -> float:
    """How many of the words are Vietnamese syllables."""
    return sum(map(is_syllable, words)) / len(words)
