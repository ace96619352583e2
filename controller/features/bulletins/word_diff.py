"""Two wordings compared word by word, as data; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby

_MOST_PAIRS = 4_000_000
"""Pairs of words that are compared inside one changed stretch: some seconds of work at the worst."""


class Change(StrEnum):
    """Kind of a stretch: equal, added or removed."""

    EQUAL = "equal"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive words that are equal, added or removed.

    All stretches but the added ones, joined, are the old text; all but the removed ones the new.
    """

    change: Change
    text: str


def differences(before: str, after: str) -> tuple[Stretch, ...]:
    """Return what was removed and added, in order: lines first, then words inside the lines that differ."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found = [
        stretch
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        for stretch in (
            [Stretch(Change.EQUAL, "".join(old[i1:i2]))]
            if tag == "equal"
            else _by_words("".join(old[i1:i2]), "".join(new[j1:j2]))
        )
    ]
    return tuple(_joined(found))


def _by_words(before: str, after: str) -> Iterator[Stretch]:
    old, new = _words(before), _words(after)
    if len(old) * len(new) > _MOST_PAIRS:
        yield from _replaced(before, after)
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Stretch(Change.EQUAL, "".join(old[i1:i2]))
        else:
            yield from _replaced("".join(old[i1:i2]), "".join(new[j1:j2]))


def _replaced(before: str, after: str) -> Iterator[Stretch]:
    if before:
        yield Stretch(Change.REMOVED, before)
    if after:
        yield Stretch(Change.ADDED, after)


def _words(text: str) -> list[str]:
    """Return words and the white space between them, each by itself: joined they are the text."""
    return ["".join(part) for _, part in groupby(text, str.isspace)]


def _joined(found: Sequence[Stretch]) -> Iterator[Stretch]:
    for change, stretches in groupby(found, lambda one: one.change):
        text = "".join(one.text for one in stretches)
        if text:
            yield Stretch(change, text)
