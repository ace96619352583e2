"""Normalises an imported text to the form of bulletins; every change is shown; pure."""

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from controller.features.imports.letterhead import Parted, part_letterhead
from tts.normalization.checking import is_control
from tts.normalization.legacy import from_legacy

MOST_SHOWN = 200
"""Changes that are shown one by one; a text in an old encoding has one in every word."""


class Mend(StrEnum):
    """Why something was changed."""

    LEGACY = "legacy-encoding"  # TCVN3 or VNI letters into Unicode
    COMPOSED = "composed"  # a letter and its marks into one character (NFC)
    INVISIBLE = "invisible"  # characters that nobody sees or can read
    SPACES = "spaces"  # runs of spaces, spaces at the ends of lines
    JOINED = "joined-lines"  # a line that the page's width had broken
    PAGE_NUMBER = "page-number"  # a line that is nothing but a page's number
    LETTERHEAD = "letterhead"  # head and foot of an official letter, set aside


@dataclass(frozen=True, slots=True)
class Mended:
    """One change: what stood there and what stands there now; `line` counts from 1 in the text of before."""

    kind: Mend
    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Whole:
    """The mended text with its changes; `count` is of all, `mended` shows the first of them."""

    text: str
    mended: tuple[Mended, ...]
    count: int
    encodings: tuple[str, ...]
    """Old encodings that were found: "TCVN3", "VNI"."""
    aside: tuple[str, ...] = ()
    """Lines of a letter's head and foot, which are not read out."""
    whole: str = ""
    """The mended text with head and foot."""
    unsure: tuple[tuple[str, str], ...] = ()
    """Words beside mended ones that read both ways: as they stand, and as they would become."""


_INVISIBLE: Final = frozenset(
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff"
)
_SPACES: Final = re.compile("[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_PAGE_NUMBER: Final = re.compile(r"(?:trang\s*)?[-–]?\s*\d{1,3}\s*[-–]?(?:\s*/\s*\d{1,3})?", re.IGNORECASE)
_SENTENCE_ENDS: Final = frozenset('.:;!?…”"')
_FULL_LINE = 40
"""Characters of a line that the page's width may have broken; shorter ones were ended by their writer."""


_NEARLY_FULL, _MOSTLY, _LEAST_BLOCK, _WIDEST = 0.8, 0.75, 3, 120
"""A block was broken at a width: 3 lines, none beyond 120 characters, three of four nearly full."""


class _Book:
    """The changes so far; the lines they name are those of the beginning."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = list(enumerate(lines, 1))
        self.mended: list[Mended] = []
        self.count = 0
        self.encodings: set[str] = set()
        self.unsure: tuple[tuple[str, str], ...] = ()

    def note(self, kind: Mend, line: int, before: str, after: str) -> None:
        self.count += 1
        if len(self.mended) < MOST_SHOWN:
            self.mended.append(Mended(kind, line, before, after))

    def change(self, kind: Mend, after: list[str]) -> None:
        """Take the new wording of every line, and note each stretch of words that differs."""
        changed = []
        for (line, old), new in zip(self.lines, after, strict=True):
            if old != new:
                for before, now in _stretches(old, new):
                    self.note(kind, line, before, now)
            changed.append((line, new))
        self.lines = changed


def mended(lines: list[str], *, laid_out: bool) -> Whole:
    """Return the text in NFC and Unicode, readable to the last character.

    Lines that a width had broken are joined; head and foot of a letter are set aside.
    `laid_out`: the lines are those of printed pages (PDF), so that pages' numbers are dropped.
    """
    book = _Book([line for given in lines for line in given.splitlines() or [""]])
    _from_legacy(book)
    book.change(Mend.COMPOSED, [unicodedata.normalize("NFC", line) for _, line in book.lines])
    book.change(Mend.INVISIBLE, [_visible(line) for _, line in book.lines])
    book.change(Mend.SPACES, [_SPACES.sub(" ", line).strip() for _, line in book.lines])
    if laid_out:
        _drop_page_numbers(book)
    parted = part_letterhead([line for _, line in book.lines])
    whole = _text_of(book)
    if parted.aside:
        whole, book.lines = _set_aside(book, parted)
    _join(book)
    encodings = tuple(sorted(book.encodings))
    return Whole(_text_of(book), tuple(book.mended), book.count, encodings, parted.aside, whole, book.unsure)


def _text_of(book: _Book) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line for _, line in book.lines)).strip()


def _set_aside(book: _Book, parted: Parted) -> tuple[str, list[tuple[int, str]]]:
    """Return the text with head and foot, and the lines between them; what goes is noted line by line."""
    start = _start_of(book, parted)
    kept = book.lines[start : start + len(parted.kept)]
    gone = [*book.lines[:start], *book.lines[start + len(parted.kept) :]]
    for line, text in gone:
        if text:
            book.note(Mend.LETTERHEAD, line, text, "")
    return _text_of(book), kept


def _start_of(book: _Book, parted: Parted) -> int:
    """Return at which line what is kept begins."""
    lines = [line for _, line in book.lines]
    length = len(parted.kept)
    return next(at for at in range(len(lines) - length + 1) if lines[at : at + length] == parted.kept)


def _from_legacy(book: _Book) -> None:
    """Convert text in an old font; ambiguous text beside it stays and is reported."""
    if not book.lines:  # an empty text has no line, but split gives one
        return
    turned = from_legacy("\n".join(line for _, line in book.lines))
    if turned.encoding is not None:
        book.encodings.add(turned.encoding)
        book.unsure = turned.unsure
    book.change(Mend.LEGACY, turned.text.split("\n"))


def _visible(line: str) -> str:
    return "".join(one for one in line if one not in _INVISIBLE and not is_control(one))


def _drop_page_numbers(book: _Book) -> None:
    kept = []
    for line, text in book.lines:
        if _PAGE_NUMBER.fullmatch(text):
            book.note(Mend.PAGE_NUMBER, line, text, "")
        else:
            kept.append((line, text))
    book.lines = kept


def _join(book: _Book) -> None:
    """Join a full line that ends in the middle of a sentence with the next one.

    The next one goes on in small letters, or the width of the block leaves no room for its first word.
    """
    joined: list[tuple[int, str]] = []
    widths, last = _widths([text for _, text in book.lines]), ""
    for (line, text), width in zip(book.lines, widths, strict=True):
        above = joined[-1][1] if joined else ""
        broken = len(last) >= _FULL_LINE and above[-1:] not in _SENTENCE_ENDS
        first = text.split(" ")[0]
        goes_on = text[:1].islower() or (text[:1].isalnum() and 0 < width < len(last) + 1 + len(first))
        last = text
        if broken and goes_on:
            end = above.split(" ")[-1]
            book.note(Mend.JOINED, line, f"{end}\n{first}", f"{end} {first}")
            joined[-1] = (joined[-1][0], f"{above} {text}")
        else:
            joined.append((line, text))
    book.lines = joined


def _widths(lines: list[str]) -> list[int]:
    """Return for each line the width at which its block was broken; 0 where the block was not."""
    found: list[int] = []
    block: list[str] = []
    for line in [*lines, ""]:
        if line:
            block.append(line)
            continue
        width = max(map(len, block), default=0)
        full = sum(len(one) >= _NEARLY_FULL * width for one in block[:-1])
        is_broken = len(block) >= _LEAST_BLOCK and width <= _WIDEST and full >= _MOSTLY * (len(block) - 1)
        found += [width if is_broken else 0] * len(block) + [0]
        block = []
    return found[:-1]


def _stretches(old: str, new: str) -> list[tuple[str, str]]:
    """Return the differing stretches of two wordings of a line, whole words where words differ."""
    a, b = _pieces(old), _pieces(new)
    if len(a) == len(b):
        return [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    matcher = SequenceMatcher(None, a, b, autojunk=True)
    return [
        ("".join(a[i1:i2]), "".join(b[j1:j2]))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


def _pieces(line: str) -> list[str]:
    return re.findall(r"\s+|\S+", line)
