"""What a rule sees: the line, the place in it, and what has been said so far in the sentence."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Protocol

from tts.manners import Region
from tts.normalization.cues import Cues, compiled
from tts.normalization.fields import Fields
from tts.normalization.lexicon import ABBREVIATIONS
from tts.normalization.syllables import is_syllable

_REMEMBERED: Final = 24  # words; no cue reaches farther back
_WINDOW: Final = 48  # characters; no rule looks farther around
_CUE: Final = Cues("scene")
_CAPITALS: Final = compiled(r"(?<!\w)[A-ZĐÀ-Ỹ]{0,6}[À-ỸĐ][A-ZĐÀ-Ỹ]{1,6}(?!\w)|(?<!\w)[A-Z]{1,6}[À-Ỹ](?!\w)")
_SENTENCE_ENDS: Final = frozenset(".?!;")


@dataclass(slots=True)
class Hit:
    """What one rule makes of the written text up to `end`.

    `spoken` is words (with commas inside, if any), one punctuation mark, or "". `after` asks for
    a soft comma: it is said only where a word follows. `warning` is (code, Vietnamese sentence). `fields`
    are what a verbaliser needs to say it in another register; `margin` is by how much the
    meaning of initials is ahead of the next one.
    """

    end: int
    spoken: str
    rule: str
    sure: bool = True
    after: bool = False
    warning: tuple[str, str] | None = None
    fields: Fields | None = None
    margin: float | None = None


def hit_of(
    end: int,
    fields: Fields,
    rule: str,
    *,
    sure: bool = True,
    after: bool = False,
    warning: tuple[str, str] | None = None,
) -> Hit:
    """A hit of typed fields, with their words in the literal register, which later rules look at."""
    return Hit(end, fields.literal(), rule, sure, after, warning, fields)


class OwnEntries(Protocol):
    """A province's own words, as the rules may ask for them."""

    def get(self, written: str, /) -> str | None:
        """How an entry that is written exactly so is spoken."""

    def begins(self, word: str, /) -> bool:
        """Whether an entry may begin with the word."""

    def match(self, line: str, place: int, /) -> Hit | None:
        """The longest entry that stands at the place as whole words."""

    def places(self, line: str, /) -> list[tuple[int, int]]:
        """Where entries stand in the line: start and end of each."""


@dataclass(slots=True)
class Scene:
    """One line while it is being read; rules look, only the scanner writes."""

    line: str
    definitions: dict[str, str] = field(default_factory=dict)
    own: OwnEntries | None = None  # the province's words, where there are any
    region: Region = "north"
    words: list[str] = field(default_factory=list)
    rule: str = ""  # the rule of the last hit that was not plain, "" once a plain word follows
    at_start: bool = True  # nothing has been said in this line
    spaced: bool = True  # white space, or the line's start, stands before this place
    _small: str | None = None  # the line without words in capitals, once it was asked for

    def hear(self, hit: Hit) -> None:
        """Remember what was said, for the rules that follow."""
        if hit.spoken in _SENTENCE_ENDS:
            self.words.clear()
        elif hit.spoken:
            self.words += hit.spoken.lower().replace(",", "").replace(":", "").split()
            if len(self.words) > 2 * _REMEMBERED:
                del self.words[:-_REMEMBERED]
            self.at_start = False
            if hit.spoken != ",":
                self.rule = hit.rule

    def meaning(self, written: str) -> str | None:
        """What the province, or the text itself, says that the initials stand for."""
        own = self.own.get(written) if self.own else None
        return own or self.definitions.get(written)

    def before(self, place: int) -> str:
        """The line just before a place, without the spaces there (a window: lines may be long)."""
        return self.line[max(0, place - _WINDOW) : place].rstrip(" ")

    def after(self, place: int) -> str:
        """The line just after a place, without the spaces there."""
        return self.line[place : place + _WINDOW].lstrip(" ")

    def around(self, start: int, end: int, width: int = _WINDOW) -> str:
        """The line near a place, without what stands there."""
        return f"{self.line[max(0, start - width) : start]}|{self.line[end : end + width]}"

    def after_house(self, place: int) -> bool:
        """Whether the number of a house, or of a class, stands just before: "hẻm 5/1, 5/2"."""
        before = self.before(place)
        listed = self.rule == "address" and _CUE.house.search(before)
        return bool(listed or _CUE.house_joined.search(before))

    def follows(self, pattern: re.Pattern[str], place: int) -> re.Match[str] | None:
        """Match the pattern at a place, in the line as it is or with its words in capitals made small."""
        found = pattern.match(self.line, place)
        if found is not None:
            return found
        if self._small is None:
            self._small = _CAPITALS.sub(_small, self.line)
        return None if self._small == self.line else pattern.match(self._small, place)

    def last_words(self, count: int = 1) -> str:
        """The last words said in this sentence, in lower case, joined by spaces."""
        return " ".join(self.words[-count:])

    def cue(self, pattern: re.Pattern[str], within: int) -> bool:
        """Whether the pattern is found among the last words."""
        return bool(self.words) and pattern.search(self.last_words(within)) is not None


def _small(found: re.Match[str]) -> str:
    """A word in capitals as it is in a sentence; what has no mark may be initials and stays."""
    word = found.group()
    return word if word in ABBREVIATIONS or not is_syllable(word) else word.lower()


Say = Callable[[Scene, re.Match[str]], Hit | None]


@dataclass(frozen=True)
class Rule:
    """A rule for one pattern: `say` may still refuse what it matches."""

    pattern: str
    say: Say

    @cached_property
    def match(self) -> Callable[[str, int], re.Match[str] | None]:
        """Compiled when it is first asked for: every program that starts would wait for two hundred."""
        return compiled(self.pattern).match
