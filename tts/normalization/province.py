"""A province's own words: places, people and abbreviations; they win over the built-in lists."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from tts.errors import BadEntry
from tts.normalization.cleaning import clean
from tts.normalization.mending import mend
from tts.normalization.scene import Hit
from tts.normalization.syllables import is_syllable

LONGEST_WRITTEN: Final = 80  # characters; a longer one is a sentence, not a word
LONGEST_SPOKEN: Final = 240
_FIRST_WORD: Final = re.compile(rf"[^\W_]{{1,{LONGEST_WRITTEN + 1}}}")  # a run may be longer than any entry
_MARKS: Final = ",;:"

_Found = tuple[re.Pattern[str], dict[str, str]]


def check_entry(written: str, spoken: str) -> None:
    """Raise BadEntry, with a Vietnamese sentence, unless the entry can be a province's own word."""
    bare = _tidy(written)
    if bare and not any(map(str.isalpha, bare)):
        raise BadEntry(f"«{bare}» không có chữ cái nào. Số do phần đọc số lo, không thêm vào từ điển được.")
    check_own_word(written, spoken)


def check_own_word(written: str, spoken: str) -> None:
    """Raise BadEntry unless one text may have the word read so; there it may be a number, too."""
    bare = _tidy(written)
    if not bare:
        raise BadEntry("Chưa ghi chữ viết của từ. Hãy nhập chữ như trong văn bản, ví dụ «PBGDPL».")
    if len(bare) > LONGEST_WRITTEN:
        raise BadEntry(f"Chữ viết dài {len(bare)} ký tự, nhiều nhất là {LONGEST_WRITTEN}.")
    if not _FIRST_WORD.match(bare):
        raise BadEntry(f"«{bare}» phải bắt đầu bằng chữ hoặc số.")
    said = _said(spoken)
    if not said:
        raise BadEntry(f"Chưa ghi cách đọc của «{bare}».")
    if len(said) > LONGEST_SPOKEN:
        raise BadEntry(f"Cách đọc dài {len(said)} ký tự, nhiều nhất là {LONGEST_SPOKEN}.")
    strange = [word for word in said.split() if not is_syllable(word.rstrip(_MARKS))]
    if strange:
        raise BadEntry(
            f"Cách đọc của «{bare}» có «{strange[0]}», không phải một tiếng trong tiếng Việt. "
            "Hãy viết cách đọc bằng các tiếng Việt cách nhau, ví dụ «ê a tam»."
        )


def _tidy(text: str) -> str:
    """One line in NFC with single spaces, cleaned as the texts are in which it is looked for."""
    return " ".join(clean(unicodedata.normalize("NFC", text))[0].split())


def _said(spoken: str) -> str:
    """How an entry is spoken, put right as texts are."""
    return mend(_tidy(spoken))[0]


def _first_word(text: str, place: int = 0) -> str:
    found = _FIRST_WORD.match(text, place)
    return found.group().lower() if found else ""


class OwnWords:
    """The entries of a province, found by their first word; longer entries go first."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._spoken: dict[str, str] = {}
        self._by_first_word: dict[str, list[str]] = {}
        self._ready: dict[str, _Found] = {}
        for written, spoken in words.items():
            try:
                check_own_word(written, spoken)
            except BadEntry:
                continue  # reading never fails: entries are checked when they are added
            entry = _tidy(written)
            self._spoken[entry] = _said(spoken).rstrip(_MARKS)
            self._by_first_word.setdefault(_first_word(entry), []).append(entry)

    def get(self, written: str) -> str | None:
        """How an entry that is written exactly so is spoken."""
        return self._spoken.get(written)

    def begins(self, word: str) -> bool:
        """Whether an entry may begin with the word."""
        return word.lower() in self._by_first_word

    def match(self, line: str, place: int) -> Hit | None:
        """The longest entry that stands at the place as whole words."""
        if place and (line[place - 1].isalnum() or line[place - 1] in "_@"):
            return None
        first = _first_word(line, place) if self._by_first_word else ""
        if first not in self._by_first_word:
            return None
        pattern, spoken = self._entries(first)
        found = pattern.match(line, place)
        if found is None:
            return None
        written = " ".join(found.group().split())
        said = spoken.get(written) or spoken[written.lower()]
        return Hit(found.end(), said, "province")

    def places(self, line: str) -> list[tuple[int, int]]:
        """Where entries stand in the line: start and end of each, none inside another."""
        found: list[tuple[int, int]] = []
        for word in _FIRST_WORD.finditer(line):
            hit = self.match(line, word.start()) if not found or word.start() >= found[-1][1] else None
            if hit:
                found.append((word.start(), hit.end))
        return found

    def _entries(self, first: str) -> _Found:
        if first not in self._ready:
            entries = sorted(self._by_first_word[first], key=len, reverse=True)
            pattern = "|".join(_pattern_of(entry) for entry in entries)
            self._ready[first] = re.compile(pattern), {entry: self._spoken[entry] for entry in entries}
        return self._ready[first]


def _pattern_of(entry: str) -> str:
    """An entry as whole words; without capitals it also means its forms with capitals."""
    body = " +".join(re.escape(word) for word in entry.split())
    if entry == entry.lower():
        body = f"(?i:{body})"
    ends = r"(?![\w@]|\.[a-z0-9])" if entry[-1].isalnum() else ""  # "khanhhoa.gov.vn" is an address
    return body + ends


@lru_cache(maxsize=8)
def _kept(entries: tuple[tuple[str, str], ...]) -> OwnWords:
    return OwnWords(dict(entries))


def own_words(words: Mapping[str, str]) -> OwnWords:
    """The words made ready for finding; the same entries are made ready only once."""
    return _kept(tuple(words.items()))
