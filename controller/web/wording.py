"""A wording as pages show it: what is read otherwise than written, and what differs between two; pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache

from tts.errors import TextError
from tts.reading import Region, read

Words = tuple[tuple[str, str], ...]
_REMEMBERED = 128
"""Texts whose reading and differences are kept: a page that lives is drawn again each few seconds."""
_MANY_WORDS = 4000
"""Beyond so many, frequent words no longer count as a beginning of what is common: else seconds are felt."""
_TOKENS = re.compile(r"\s+|\S+")
_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the written text; `spoken` is what is said for it where that is something else.

    `sure` is False where the rules guess: there a person should listen.
    """

    written: str
    spoken: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True)
class AsRead:
    """A text with what is read otherwise, and what a person should look at."""

    stretches: tuple[Stretch, ...]
    warnings: tuple[str, ...]

    @property
    def changed(self) -> int:
        """How many places are read otherwise than written."""
        return sum(bool(one.spoken) for one in self.stretches)


@lru_cache(maxsize=_REMEMBERED)
def as_read(text: str, words: Words, region: Region) -> AsRead:
    """Return how a text will be read; one that cannot be read comes back as it is."""
    try:
        found = read(text, words=dict(words), region=region)
    except TextError as error:
        return AsRead((Stretch(text),), (error.sentence,))
    stretches: list[Stretch] = []
    at = 0
    for span in found.spans:
        if span.rule == "plain" or _sounds_as_written(span.written, span.spoken):
            continue
        if span.start > at:
            stretches.append(Stretch(found.written[at : span.start]))
        stretches.append(Stretch(span.written, span.spoken or "(không đọc)", span.sure))
        at = span.end
    if at < len(found.written):
        stretches.append(Stretch(found.written[at:]))
    return AsRead(tuple(stretches), tuple(dict.fromkeys(one.sentence for one in found.warnings)))


def _sounds_as_written(written: str, spoken: str) -> bool:
    """Whether only the case of letters or marks between words differ: nothing that a listener would hear."""
    return _LETTERS.sub(" ", written).strip().lower() == _LETTERS.sub(" ", spoken).strip().lower()


class Change(StrEnum):
    """What became of a stretch from one wording to the next."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Changed:
    """A stretch of two wordings laid over each other."""

    change: Change
    text: str


@lru_cache(maxsize=_REMEMBERED)
def difference(before: str, after: str) -> tuple[Changed, ...]:
    """Return the two wordings as one, word by word: what both have, what is gone, what is new.

    Paragraphs are matched first, so that long texts are compared word by word only where they differ.
    """
    found: list[Changed] = []
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Changed(Change.SAME, "".join(old[i:j])))
        else:
            found.extend(_by_word("".join(old[i:j]), "".join(new[k:m])))
    return tuple(_joined(found))


def _by_word(before: str, after: str) -> Iterator[Changed]:
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > _MANY_WORDS)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            yield Changed(Change.SAME, "".join(old[i:j]))
            continue
        if i < j:
            yield Changed(Change.GONE, "".join(old[i:j]))
        if k < m:
            yield Changed(Change.NEW, "".join(new[k:m]))


def _joined(found: Sequence[Changed]) -> Iterator[Changed]:
    """Join neighbours of one kind."""
    held: Changed | None = None
    for one in found:
        if held is not None and held.change is one.change:
            held = Changed(held.change, held.text + one.text)
            continue
        if held is not None:
            yield held
        held = one
    if held is not None:
        yield held


def folded(text: str) -> str:
    """Return the text as it is searched: small letters without any mark, đ as d."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
