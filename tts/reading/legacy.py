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
_WORD: Final = re.compile("[A-Za-z\u00a1-\u00ff]+")
_LETTER: Final = re.compile("[A-Za-z]")
_LOOKED_AT: Final = 20_000  # characters of a line that decide
_FEWEST_WORDS: Final = 2  # one strange word alone may be a unit or a name
_FEWEST_UNDOUBTED: Final = 3  # fewer must all be mended, and none have been Vietnamese before
_MOSTLY: Final = 0.85
_SELDOM: Final = 0.5
_MOST_WORDS: Final = 4000  # enough to decide by
_CAPITALS: Final = re.compile(r"[^\W\d_]{2,}")


def from_legacy(text: str) -> tuple[str, str | None]:
    """The text in Unicode, and the name of the old encoding it was in (None: it is returned as it was).

    Only lines that are no Vietnamese as they stand are mended, all from the same encoding.
    """
    if _HIGH.search(text) is None:
        return text, None
    lines = text.split("\n")
    strange = [number for number, line in enumerate(lines) if _is_strange(line)]
    encoding = _encoding_of([word for number in strange for word in _words_of(lines[number])])
    if encoding is None:
        return text, None
    for number in strange:
        lines[number] = _from_tcvn3(lines[number]) if encoding == "TCVN3" else _from_vni(lines[number])
    return "\n".join(lines), encoding


def _is_strange(line: str) -> bool:
    """Whether a line has letters of an old encoding, and most of their words are not Vietnamese."""
    if _HIGH.search(line) is None or _UNICODE.search(line) is not None:
        return False
    words = _words_of(line)
    return bool(words) and _share(words) <= _SELDOM


def _words_of(line: str) -> list[str]:
    """The words with a letter beyond ASCII; "×" between two numbers is none."""
    found = _WORD.findall(line[:_LOOKED_AT])
    return [word for word in found if not word.isascii() and _LETTER.search(word)]


def _encoding_of(words: list[str]) -> str | None:
    """The encoding in which nearly all of the strange words are Vietnamese ones."""
    words = words[:_MOST_WORDS]
    few = len(words) < _FEWEST_UNDOUBTED
    if len(words) < _FEWEST_WORDS or (few and _share(words) > 0):
        return None
    needed = 1.0 if few else _MOSTLY
    tcvn3, vni = (_share([turn(word) for word in words]) for turn in (_from_tcvn3, _from_vni))
    if tcvn3 >= max(needed, vni):
        return "TCVN3"
    return "VNI" if vni >= needed else None


def _from_tcvn3(line: str) -> str:
    """TCVN3 has no capitals with marks of tone: "BáO" was "BÁO" in a font of capitals."""
    turned = line.translate(_TCVN3)
    plain = [letter for letter in line if letter.isascii() and letter.isalpha()]
    if len(plain) > 1 and all(map(str.isupper, plain)):
        return turned.upper()
    return _CAPITALS.sub(_all_capitals, turned)


def _all_capitals(found: re.Match[str]) -> str:
    word = found.group()
    plain = [letter for letter in word if letter.isascii()]
    return word.upper() if 1 < len(plain) < len(word) and all(map(str.isupper, plain)) else word


def _from_vni(text: str) -> str:
    return _VNI_FIND.sub(lambda found: _VNI[found.group()], text)


def _share(words: list[str]) -> float:
    """How many of the words are Vietnamese syllables."""
    return sum(map(is_syllable, words)) / len(words)
