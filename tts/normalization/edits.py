"""What mending changed in a line: where it stands now, and what had been typed there (docs/reading.md)."""

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

_NEW: Final = -1  # a character that nobody typed


Replacement = str | Callable[[re.Match[str]], str]
Substitute = Callable[[re.Pattern[str], Replacement, str], str]
"""Puts something in the place of each match of a pattern in a text, as `re.Pattern.sub` does."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change; `start` and `end` are characters of the text as it is now, `typed` is what stood there.

    Where something was only taken out, `start` and `end` are the same.
    """

    start: int
    end: int
    typed: str


class EditedLine:
    """A line while patterns change it: it knows which of its characters were typed.

    `kept` are stretches (start, end) of the typed line: a change inside one of them, or right beside it,
    does not happen.
    """

    def __init__(self, typed: str, kept: Sequence[tuple[int, int]] = ()) -> None:
        self.typed = typed
        self.text = typed
        self._from = list(range(len(typed)))  # the place of each character in what was typed, or _NEW
        self._is_kept = bytearray(len(typed) + 2)  # one place more on both sides; the first is that of _NEW
        for start, end in kept:
            self._is_kept[start : end + 2] = b"\1" * (end + 2 - start)

    def substitute(self, pattern: re.Pattern[str], replacement: Replacement, text: str) -> str:
        """Substitute in `text`, which is what the last call returned, and remember what was there."""
        pieces: list[str] = []
        sources: list[int] = []
        done = 0
        for found in pattern.finditer(text):
            new = found.expand(replacement) if isinstance(replacement, str) else replacement(found)
            start, end, new = _trimmed(text, found, new)
            if (start == end and not new) or self._touches_kept(start, end):
                continue
            pieces += (text[done:start], new)
            sources += (*self._from[done:start], *self._sources(text, start, end, new))
            done = end
        if pieces:
            self.text = "".join((*pieces, text[done:]))
            self._from = [*sources, *self._from[done:]]
        return self.text

    def _sources(self, text: str, start: int, end: int, new: str) -> list[int]:
        """Where the characters of a replacement come from, as far as they are the same ones as before."""
        old, sources = text[start:end], self._from[start:end]
        if len(new) == len(old):
            pairs = zip(new, old, sources, strict=True)
            return [source if now == was else _NEW for now, was, source in pairs]
        if new.split() and "".join(new.split()) == "".join(old.split()):  # only spaces are others
            letters = iter([source for was, source in zip(old, sources, strict=True) if not was.isspace()])
            return [_NEW if now.isspace() else next(letters) for now in new]
        return [_NEW] * len(new)

    def _touches_kept(self, start: int, end: int) -> bool:
        if start == end:  # something is put in between: it must not part what is kept
            around = self._from[max(0, start - 1) : start + 1]
            return len(around) > 1 and all(self._is_kept[place + 1] for place in around)
        return any(self._is_kept[place + 1] for place in self._from[start:end])

    def edits(self) -> list[Edit]:
        """All changes, in order."""
        found: list[Edit] = []
        at = typed = 0  # the ends of what has been compared, in the text and in what was typed
        for place, source in enumerate([*self._from, len(self.typed)]):
            if source == _NEW:
                continue
            if self.text[at:place] != self.typed[typed:source]:
                found.append(Edit(at, place, self.typed[typed:source]))
            at, typed = place + 1, source + 1
        return found


def _trimmed(text: str, found: re.Match[str], new: str) -> tuple[int, int, str]:
    """What really differs between a match and what takes its place."""
    start, end = found.span()
    while new and start < end and text[start] == new[0]:
        start, new = start + 1, new[1:]
    while new and start < end and text[end - 1] == new[-1]:
        end, new = end - 1, new[:-1]
    return start, end, new


class Edits:
    """The changes of a whole text, in order, asked by place."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits = edits
        self._ends = [edit.end for edit in edits]

    def typed(self, written: str, start: int, end: int) -> str | None:
        """What was typed where `written[start:end]` stands now; None where nothing was changed."""
        if not self._edits:
            return None
        pieces: list[str] = []
        done, first = start, bisect_left(self._ends, start)
        for place in range(first, len(self._edits)):
            edit = self._edits[place]
            if edit.start > end:
                break
            spaces_only = not written[edit.start : edit.end].strip()  # both words beside them were changed
            if not spaces_only and not (edit.start < end and start < edit.end):
                continue
            pieces += (written[done : max(done, edit.start)], edit.typed)
            done = max(done, min(edit.end, end))
        return "".join((*pieces, written[done:end])).strip() if pieces else None
