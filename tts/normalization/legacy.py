"""Texts in the byte encodings of before Unicode, TCVN 5712:1993 (fonts .Vn…) and VNI (fonts VNI-…).

Such a text, opened as Latin-1 or Windows-1252, shows "Th«ng b¸o" or "Thoâng baùo".
The tables are the published code charts.
"""

import re
from bisect import bisect
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from tts.normalization.cues import any_of
from tts.normalization.lexicon import ABBREVIATIONS, DOCUMENT_CODES, DOMAINS, NO_WORDS, table
from tts.normalization.syllables import is_syllable

_TCVN3: Final = {
    ord(old): ord(new) for old, new in table("old_letters", value="letter", encoding="TCVN3").items()
}


_SMALL_VNI: Final = table("old_letters", value="letter", encoding="VNI")
_VNI: Final = {
    capital(old): new.upper() for capital in (str.upper, str.capitalize) for old, new in _SMALL_VNI.items()
} | _SMALL_VNI
_VNI_FIND: Final = re.compile(any_of(_VNI))
_UNICODE: Final = re.compile("[\u0102\u0103\u0110\u0111\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9\u0300-\u0323]")
_HIGH: Final = re.compile("[\u00a1-\u00ff]")
_WORD: Final = re.compile("[A-Za-z\u00a1-\u00ff]+")
_LETTER: Final = re.compile("[A-Za-z]")
_ANY_WORD: Final = re.compile("(?:[^\\W\\d_]|[\u00a1-\u00ff\u0300-\u036f])+")
_SYMBOL: Final = re.compile("[\u00a1-\u00bf]")  # signs that are letters in TCVN3 alone
_MOST_UNSURE: Final = 10  # words that read both ways and are told of, for a line
_FOREIGN: Final = re.compile(  # endings of French and German names that old letters have too ("Loïc", "Lü")
    r"[a-z]*(?:[ao]ï|[b-df-hj-np-tv-xz][äöü])[cmnt]?", re.IGNORECASE
)
_ALIKE: Final = re.compile("[íìýÍÌÝ]")  # letters that an old encoding and Latin-1 have alike
_DISTINCT: Final = 2  # different old words that show a line to hold some; one may be a foreign name ("Loïc")
_LOOKED_AT: Final = 20_000  # characters of a line that decide
_MOST_WORDS: Final = 4000  # enough to decide by
_CAPITALS: Final = re.compile(r"[^\W\d_]{2,}")
_RAISED_WITHIN: Final = re.compile("[a-z][\u00c0-\u00de]|[\u00c0-\u00de][a-z]*[a-z][\u00c0-\u00de]")
_NEVER_WRITTEN: Final = re.compile(  # no final half vowel bears the tone ("xaõ", "giaù"); ñ is no letter
    r"(?:[aăâeê][òóõùú]|[aăâoôơ][ìí]|[aâ]ý|[yê][ùú])$|ñ", re.IGNORECASE
)
_WRITTEN: Final = re.compile(r"[^\w\s.,;:?!]|[\d_]")  # what spoken text, which must stay as it is, has not
_TELLING: Final = table("legacy", value="encoding")  # words of an old encoding that no Vietnamese word is
_PAID: Final = re.compile(r"(?<=\d)[ñ®](?!\w)")  # đ, the đồng
_COMMON: Final = frozenset(
    word
    for said in (*ABBREVIATIONS.values(), *DOCUMENT_CODES.values(), *DOMAINS.values())
    for word in said.lower().split()
)
_VOWEL: Final = re.compile("[aeiouyAEIOUY\u00c0-\u1ef9]")
_FOR_ONE_LOST: Final = 8  # words that become Vietnamese, for one that was and is no longer
_MICRO_UNITS: Final = frozenset({"µm", "µg", "µl", "µL", "µs", "µV", "µF", "N·m"})
_TIMES: Final = re.compile(r"(?<=[0-9])( ?)\u00d7( ?)(?=[0-9])")  # between numbers no letter of any encoding


class _Tally(NamedTuple):
    """What an encoding makes of words: how many become Vietnamese, cease to be so, or never are."""

    gained: int = 0
    lost: int = 0
    still: int = 0
    common: int = 0  # of the words as they become, how many are common in the language of offices

    def with_line(self, other: "_Tally") -> "_Tally":
        return _Tally(*map(sum, zip(self, other, strict=True)))

    def fits(self) -> bool:
        return self.gained > 0 and self.lost * _FOR_ONE_LOST <= self.gained and self.still <= self.gained

    def balance(self) -> tuple[int, int]:
        return self.gained - self.lost - self.still, self.common


class FromLegacy(NamedTuple):
    """A text in Unicode, the old encoding that was found in it (None: it is as it was), and what was left.

    `unsure` has words beside turned ones that read both ways: as they stand, and as they would become.
    """

    text: str
    encoding: str | None
    unsure: tuple[tuple[str, str], ...] = ()


def from_legacy(text: str) -> FromLegacy:
    """Turn lines in an old encoding whole, and lines that mix it with Unicode word by word.

    Only lines that are no Vietnamese as they stand decide; a line that could be either ("4 hé") goes
    with the others, and with those around it where a part of the text is in Unicode.
    """
    if _HIGH.search(text) is None:
        return FromLegacy(text, None)
    telling = _TELLING if _WRITTEN.search(text) else NO_WORDS
    lines = text.split("\n")
    encoding, whole = _turn_whole_lines(lines, telling)
    found, unsure = encoding, dict[tuple[str, str], None]()
    for number, line in enumerate(lines):
        if number not in whole and _HIGH.search(line) is not None:
            turned = _turn_words(line, encoding, telling)
            lines[number] = turned.text
            found = found or turned.encoding
            unsure |= dict.fromkeys(turned.unsure)
    return FromLegacy("\n".join(lines), found, tuple(unsure))


def _turn_whole_lines(lines: list[str], telling: Mapping[str, str]) -> tuple[str | None, set[int]]:
    """Turn, in the list, lines that are in the old encoding from end to end; return it, and their numbers."""
    doubtful = {
        number: _words_of(line)
        for number, line in enumerate(lines)
        if _HIGH.search(line) is not None and _UNICODE.search(line) is None
    }
    encoding = _encoding_of(doubtful.values(), telling)
    if encoding is None:
        return None, set()
    decided = {number: False for number, line in enumerate(lines) if _UNICODE.search(line)}
    mixed = bool(decided)
    tallies = {number: _tally(words, encoding, telling) for number, words in doubtful.items()}
    decided |= {number: tally.fits() for number, tally in tallies.items() if tally.gained or tally.lost}
    sure = sorted(decided)
    whole = set()
    for number, tally in tallies.items():
        clear = tally.gained or tally.lost
        is_old = decided[number] if clear else not mixed or _goes_with(number, sure, decided)
        alone = mixed or len(doubtful) == 1
        words = doubtful[number] if alone and tally.gained else ()
        in_unicode = tally.lost or any(_reads_both_ways(word, encoding, common_as_is=True) for word in words)
        if is_old and not (tally.gained and in_unicode):
            lines[number] = _TURN[encoding](_TIMES.sub(r"\1x\2", lines[number]))
            whole.add(number)
    return encoding, whole


def _turn_words(line: str, known: str | None, telling: Mapping[str, str]) -> FromLegacy:
    """Turn the words of a line that only an old encoding explains; `known`: the one of other lines.

    What is Vietnamese as it stands is never turned.
    """
    places = list(_ANY_WORD.finditer(line))
    words = [found.group() for found in places]
    clear = {name: {at for at, word in enumerate(words) if _is_clear(word, name)} for name in _TURN}
    encoding = max(clear, key=lambda name: (len(clear[name]), name == known))
    old = clear[encoding]
    different = {words[at].lower() for at in old if not _may_be_name(words[at])}
    signs = encoding == known and any(map(_SYMBOL.search, different))
    if len(different) < _DISTINCT and not signs:
        return FromLegacy(line, None)
    beside = {at + step for at in old for step in (-1, 1)} - old
    old |= {at for at in beside if 0 <= at < len(words) and _is_weak(words[at], encoding, telling)}
    pieces, last = [], 0
    for at in sorted(old):
        start, end = places[at].span()
        pieces += [line[last:start], _turned_in(line, words[at], encoding)]
        last = end
    text = "".join([*pieces, line[last:]])
    turn = _TURN[encoding]
    unsure = (words[at] for at in sorted(beside - old) if 0 <= at < len(words))
    told = [(word, turn(word)) for word in unsure if _reads_both_ways(word, encoding, common_as_is=False)]
    paid = _PAID.sub(lambda found: turn(found.group()), text)
    return FromLegacy(paid, encoding, tuple(told[:_MOST_UNSURE]))


def _turned_in(line: str, word: str, encoding: str) -> str:
    """The word in Unicode; in a line of capitals it is one of them ("VÒ" is "VỀ")."""
    turned = _TURN[encoding](word)
    return turned.upper() if _is_in_capitals(line) else turned


def _is_clear(word: str, encoding: str) -> bool:
    """Whether only the encoding makes a word of it."""
    if word.isascii() or word in _MICRO_UNITS or _WORD.fullmatch(word) is None:
        return False
    if _LETTER.search(word) is None and (len(word) == 1 or not any(map(str.isalpha, word))):
        return False
    return not _is_vietnamese(word) and _is_spelt(word, encoding)


def _may_be_name(word: str) -> bool:
    """Whether another language may have it as a name ("Loïc", "LÜ"): it shows no encoding by itself."""
    return word[0].isupper() and _FOREIGN.fullmatch(word) is not None


def _is_weak(word: str, encoding: str, telling: Mapping[str, str]) -> bool:
    """Whether it is an old word if one stands beside it: one letter ("ë"), or what nobody writes ("giê")."""
    lone = not word.isascii() and len(word) == 1 and word.isalpha() and _SYMBOL.search(word) is None
    told = telling.get(word.lower()) == encoding
    return (told or (lone and not _is_vietnamese(word))) and _is_spelt(word, encoding)


def _reads_both_ways(word: str, encoding: str, *, common_as_is: bool) -> bool:
    """Whether it is Vietnamese as it stands and turned, and as it stands alone a common word, or not."""
    turned = _TURN[encoding](word)
    if word.isascii() or _WORD.fullmatch(word) is None or turned == word:
        return False
    is_common = word.lower() in _COMMON and turned.lower() not in _COMMON
    return is_common is common_as_is and _is_vietnamese(word) and _is_spelt(word, encoding)


def _is_spelt(word: str, encoding: str) -> bool:
    """Whether the encoding makes a Vietnamese word or a known abbreviation of it."""
    turned = _TURN[encoding](word)
    if encoding == "TCVN3" and any(not one.isascii() and ord(one) not in _TCVN3 for one in word):
        return False  # a letter that the encoding does not have
    spelt = is_syllable(turned) and _NEVER_WRITTEN.search(turned) is None
    return spelt or turned in ABBREVIATIONS or turned == "đ"


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
        now = _is_spelt(word, encoding)
        if not (was or now or foreign) and not _VOWEL.search(turned):
            continue  # initials of nothing known
        gained += now and not was and not _may_be_name(word)
        lost += was and (not now or (turned == word and _ALIKE.search(word) is None))
        still += not (was or now)
        common += turned in ABBREVIATIONS or turned == "đ" or turned.lower() in _COMMON
    return _Tally(gained, lost, still, common)


def _is_vietnamese(word: str) -> bool:
    """Whether the word is one as it stands; no large letter follows a small one."""
    return is_syllable(word) and not (_NEVER_WRITTEN.search(word) or _RAISED_WITHIN.search(word))


def _from_tcvn3(line: str) -> str:
    """TCVN3 has no capitals with marks of tone: "BáO" was "BÁO" in a font of capitals."""
    turned = line.translate(_TCVN3)
    return turned.upper() if _is_in_capitals(line) else _CAPITALS.sub(_all_capitals, turned)


def _all_capitals(found: re.Match[str]) -> str:
    word = found.group()
    return word.upper() if _is_in_capitals(word) else word


def _is_in_capitals(text: str) -> bool:
    """Whether its letters without marks, two or more, are capitals."""
    plain = [letter for letter in text if letter.isascii() and letter.isalpha()]
    return len(plain) > 1 and all(map(str.isupper, plain))


_TURN: Final[dict[str, Callable[[str], str]]] = {
    "TCVN3": _from_tcvn3,
    "VNI": lambda text: _VNI_FIND.sub(lambda found: _VNI[found.group()], text),
}
