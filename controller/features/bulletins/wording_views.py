"""A wording as pages show it: what is read differently from its spelling, and differences of two."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from controller.errors import LoaError
from controller.features.bulletins.word_diff import Change, Stretch, differences
from controller.features.reading.child_reader import Words, read_apart
from tts.errors import TextError
from tts.reading import Region

_REMEMBERED = 128
"""Texts whose reading and differences are kept: a page that lives is drawn again each few seconds."""
_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class WordingPart:
    """A stretch of the written text; `spoken` is what is said for it where that is something else.

    `sure` is False where the rules guess: there a person should listen. Where `mended`, what was typed
    looked broken and was put right before it was read: `written` is what was typed, `spoken` is never "".
    """

    written: str
    spoken: str = ""
    sure: bool = True
    mended: bool = False


@dataclass(frozen=True, slots=True)
class AsRead:
    """A text with what is read otherwise, and what a person should look at."""

    parts: tuple[WordingPart, ...]
    warnings: tuple[str, ...]
    spoken: str = ""
    """All of it as it is spoken."""

    @property
    def changed(self) -> int:
        """Number of places that are read differently from how they are written."""
        return sum(bool(one.spoken) for one in self.parts)


def as_read(text: str, words: Words, region: Region) -> AsRead:
    """Return how a text will be read; one that cannot be read now comes back as it is, with the reason."""
    try:
        return _as_read(text, words, region)
    except (LoaError, TextError) as error:
        return AsRead((WordingPart(text),), (error.sentence,))


@lru_cache(maxsize=_REMEMBERED)
def _as_read(text: str, words: Words, region: Region) -> AsRead:
    found = read_apart(text, words, region)
    parts: list[WordingPart] = []
    at = 0
    for span in found.spans:
        is_mended = span.typed is not None
        if not is_mended and (span.rule == "plain" or _sounds_as_written(span.written, span.spoken)):
            continue
        if span.start > at:
            parts.append(WordingPart(found.written[at : span.start]))
        written = span.written if span.typed is None else span.typed
        parts.append(WordingPart(written, span.spoken or "(không đọc)", span.sure, is_mended))
        at = span.end
    if at < len(found.written):
        parts.append(WordingPart(found.written[at:]))
    warnings = tuple(dict.fromkeys(one.sentence for one in found.warnings))
    return AsRead(tuple(parts), warnings, found.spoken)


def _sounds_as_written(written: str, spoken: str) -> bool:
    """Whether only the case of letters or marks between words differ: nothing that a listener would hear."""
    return _LETTERS.sub(" ", written).strip().lower() == _LETTERS.sub(" ", spoken).strip().lower()


@lru_cache(maxsize=_REMEMBERED)
def changes(before: str, after: str) -> tuple[Stretch, ...]:
    """Return what differs; words that changed side by side are one phrase, which is easier to read."""
    return tuple(_phrases(differences(before, after)))


def _phrases(found: Sequence[Stretch]) -> Iterator[Stretch]:
    removed = added = ""
    for number, one in enumerate(found):
        is_gap = one.text.isspace() and "\n" not in one.text and 0 < number < len(found) - 1
        if one.change is Change.EQUAL and not (is_gap and removed and added):
            yield from _pair(removed, added)
            removed = added = ""
            yield one
            continue
        removed += one.text if one.change is not Change.ADDED else ""
        added += one.text if one.change is not Change.REMOVED else ""
    yield from _pair(removed, added)


def _pair(removed: str, added: str) -> Iterator[Stretch]:
    if removed:
        yield Stretch(Change.REMOVED, removed)
    if added:
        yield Stretch(Change.ADDED, added)


def folded(text: str) -> str:
    """Return the text as it is searched: small letters without any mark, đ as d."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
