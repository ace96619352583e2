"""Texts in the byte encodings of before Unicode, TCVN 5712:1993 (fonts .Vn…) and VNI (fonts VNI-…).

Such a text, opened as Latin-1 or Windows-1252, shows "Th«ng b¸o" or "Thoâng baùo".
The tables are the published code charts.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tts.reading.lexicon import ABBREVIATIONS, DOCUMENT_CODES, DOMAINS, LEGACY
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
_MOST_WORDS: Final = 4000  # enough to decide by
_CAPITALS: Final = re.compile(r"[^\W\d_]{2,}")
_RAISED_WITHIN: Final = re.compile("[a-z][\u00c0-\u00de]|[\u00c0-\u00de][a-z]*[a-z][\u00c0-\u00de]")
_NEVER_WRITTEN: Final = re.compile(  # no final half vowel bears the tone ("xaõ", "giaù"); ñ is no letter
    r"(?:[aăâeê][òóõùú]|[aăâoôơ][ìí]|[aâ]ý|[yê][ùú])$|ñ", re.IGNORECASE
)
_WRITTEN: Final = re.compile(r"[^\w\s.,;:?!]|[\d_]")  # what spoken text, which must stay as it is, has not
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_PAID: Final = re.compile(r"(?<=\d)[ñ®](?!\w)")  # đ, the đồng
_COMMON: Final = frozenset(
    word
    for said in (*ABBREVIATIONS.values(), *DOCUMENT_CODES.values(), *DOMAINS.values())
    for word in said.lower().split()
)
_VOWEL: Final = re.compile("[aeiouyAEIOUY\u00c0-\u1ef9]")
_FOR_ONE_LOST: Final = 8  # words that become Vietnamese, for one that was and is no longer
_MICRO_UNITS: Final = frozenset({"µm", "µg", "µl", "µL", "µs", "µV", "µF"})
_TIMES: Final = re.compile(r"(?<=[0-9])( ?)\u00d7( ?)(?=[0-9])")  # between numbers no letter of any encoding


@dataclass(frozen=True, slots=True)
class _Tally:
    """What an encoding makes of words: how many become Vietnamese, cease to be so, or never are."""

    gained: int = 0
    lost: int = 0
    still: int = 0
    common: int = 0  # of the words as they become, how many are common in the language of offices

    def with_line(self, other: _Tally) -> _Tally:
        return _Tally(
            self.gained + other.gained,
            self.lost + other.lost,
            self.still + other.still,
            self.common + other.common,
        )

    def fits(self) -> bool:
        return self.gained > 0 and self.lost * _FOR_ONE_LOST <= self.gained and self.still <= self.gained

    def balance(self) -> tuple[int, int]:
        return self.gained - self.lost - self.still, self.common


def from_legacy(text: str) -> tuple[str, str | None]:
    """The text in Unicode, and the name of the old encoding it was in (None: it is returned as it was).

    Only lines that are no Vietnamese as they stand decide; a line that could be either ("4 hé") goes
    with the others, and with those around it where a part of the text is in Unicode.
    """
    if _HIGH.search(text) is None:
        return text, None
    lines = text.split("\n")
    doubtful = {
        number: _words_of(line)
        for number, line in enumerate(lines)
        if _HIGH.search(line) is not None and _UNICODE.search(line) is None
    }
    telling = LEGACY if _WRITTEN.search(text) else _NONE
    encoding = _encoding_of(doubtful.values(), telling)
    if encoding is None:
        return text, None
    decided = {number: False for number, line in enumerate(lines) if _UNICODE.search(line)}
    mixed = bool(decided)
    tallies = {number: _tally(words, encoding, telling) for number, words in doubtful.items()}
    decided |= {number: tally.fits() for number, tally in tallies.items() if tally.gained or tally.lost}
    sure = sorted(decided)
    for number, tally in tallies.items():
        clear = tally.gained or tally.lost
        if decided[number] if clear else not mixed or _goes_with(number, sure, decided):
            lines[number] = _TURN[encoding](_TIMES.sub(r"\1x\2", lines[number]))
    return "\n".join(lines), encoding


def _goes_with(number: int, sure: list[int], decided: dict[int, bool]) -> bool:
    """Whether the nearest lines that are sure, on both sides, are in the old encoding."""
    place = bisect(sure, number)
    return all(decided[one] for one in sure[max(0, place - 1) : place + 1])


def _words_of(line: str) -> list[str]:
    """The words with a letter beyond ASCII; "×" between two numbers is none."""
    line = line[:_LOOKED_AT]
    return _PAID.findall(line) + [
        word
        for word in _WORD.findall(line)
        if not word.isascii() and _LETTER.search(word) and word not in _MICRO_UNITS
    ]


def _encoding_of(lines: Iterable[list[str]], telling: Mapping[str, str]) -> str | None:
    """The encoding that makes Vietnamese of the lines that are none, and spoils few words in them."""
    tallies = {name: _Tally() for name in _TURN}
    for words in lines:
        for name, whole in tallies.items():
            tally = _tally(words[:_MOST_WORDS], name, telling)
            if tally.gained:
                tallies[name] = whole.with_line(tally)
    fitting = [name for name, tally in tallies.items() if tally.fits()]
    return max(fitting, key=lambda name: tallies[name].balance(), default=None)


def _tally(words: list[str], encoding: str, telling: Mapping[str, str]) -> _Tally:
    gained = lost = still = common = 0
    for word in words:
        told = telling.get(word.lower()) == encoding
        was, turned = not told and _is_vietnamese(word), _TURN[encoding](word)
        foreign = encoding == "TCVN3" and any(not c.isascii() and ord(c) not in _TCVN3 for c in word)
        named = turned in ABBREVIATIONS or turned == "đ"
        spelt = is_syllable(turned) and _NEVER_WRITTEN.search(turned) is None
        now = not foreign and (spelt or named)
        if not (was or now or foreign) and not _VOWEL.search(turned):
            continue  # initials of nothing known
        gained += now and not was
        lost += was and not now
        still += not (was or now)
        common += named or turned.lower() in _COMMON
    return _Tally(gained, lost, still, common)


def _is_vietnamese(word: str) -> bool:
    """Whether the word is one as it stands; no large letter follows a small one."""
    return is_syllable(word) and not (_NEVER_WRITTEN.search(word) or _RAISED_WITHIN.search(word))


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


_TURN: Final[dict[str, Callable[[str], str]]] = {"TCVN3": _from_tcvn3, "VNI": _from_vni}
