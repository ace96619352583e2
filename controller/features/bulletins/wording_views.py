"""A wording as pages show it: what is read differently from its spelling, and differences of two."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from controller.errors import LoaError
from controller.features.bulletins.word_diff import Change, Stretch, differences
from controller.features.reading.child_reader import Words, read_apart
from controller.model.wording import words_with
from tts.errors import TextError
from tts.normalization import Region, Register, Span

_REMEMBERED = 128
"""Texts whose reading and differences are kept: a page that lives is drawn again each few seconds."""
TAUGHT_RULE = "province"
"""What the reading calls a word that was taught."""
_LETTERS = re.compile(r"[\W_]+")


class Taught(StrEnum):
    """Who taught a reading that is none of the built-in ones."""

    BULLETIN = "bulletin"
    """The bulletin's author, for it alone."""
    LEXICON = "lexicon"
    """The lexicon of its area."""


@dataclass(frozen=True, slots=True)
class WordingPart:
    """A stretch of the written text; `spoken` is what is said for it where that is something else.

    `sure` is False where the rules guess: there a person should listen. Where `mended`, what was typed
    looked broken and was put right before it was read: `written` is what was typed, `spoken` is never "".
    `taught`: who said how it is read.
    """

    written: str
    spoken: str = ""
    sure: bool = True
    mended: bool = False
    taught: Taught | None = None


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


def as_read(text: str, words: Words, region: Region, own: Words = (), register: Register = "radio") -> AsRead:
    """Return how a text will be read; one that cannot be read now comes back as it is, with the reason.

    `words` are the lexicon's, `own` the bulletin's.
    """
    try:
        return _as_read(text, words, region, own, register)
    except (LoaError, TextError) as error:
        return AsRead((WordingPart(text),), (error.sentence,))


@lru_cache(maxsize=_REMEMBERED)
def _as_read(text: str, words: Words, region: Region, own: Words, register: Register) -> AsRead:
    found = read_apart(text, words_with(words, own), region, register)
    forms = taught_forms(words, own)
    parts: list[WordingPart] = []
    at = 0
    for span in found.spans:
        is_mended = span.typed is not None
        taught = taught_by(span, forms)
        if not (is_mended or taught) and is_as_written(span):
            continue
        if span.start > at:
            parts.append(WordingPart(found.written[at : span.start]))
        written = span.written if span.typed is None else span.typed
        parts.append(WordingPart(written, span.spoken or "(không đọc)", span.sure, is_mended, taught))
        at = span.end
    if at < len(found.written):
        parts.append(WordingPart(found.written[at:]))
    warnings = tuple(dict.fromkeys(one.sentence for one in found.warnings))
    return AsRead(tuple(parts), warnings, found.spoken)


def taught_forms(words: Words, own: Words) -> Mapping[str, tuple[Taught, str]]:
    """Return who taught which form, in small letters, and how it is said; the bulletin wins."""
    known = {_folded(written): (Taught.LEXICON, spoken.lower()) for written, spoken in words}
    return known | {_folded(written): (Taught.BULLETIN, spoken.lower()) for written, spoken in own}


def taught_by(span: Span, forms: Mapping[str, tuple[Taught, str]]) -> Taught | None:
    """Return who taught how a stretch, or a part of it, is read; None: built-in rules alone read it.

    A part: the initials in the number of a document, which its rule reads as they were taught.
    """
    if span.rule == TAUGHT_RULE:
        return forms.get(_folded(span.written), (Taught.LEXICON, ""))[0]
    if span.rule == "plain" or not forms:
        return None
    parts = (forms.get(part.casefold()) for part in _LETTERS.split(span.written))
    return min((one[0] for one in parts if one and one[1] in span.spoken.lower()), default=None)


def _folded(written: str) -> str:
    return " ".join(written.split()).casefold()


def is_as_written(span: Span) -> bool:
    """Whether only the case of letters or marks between words differ: nothing that a listener would hear."""
    written, spoken = (_LETTERS.sub(" ", one).strip().lower() for one in (span.written, span.spoken))
    return span.rule == "plain" or written == spoken


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
