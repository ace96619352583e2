"""Bytes of a text file into characters, whatever it was saved as: Unicode, Windows-1258, or older; pure."""

import codecs
import re
import unicodedata
from typing import NamedTuple

from controller.errors import BadInput
from tts.normalization.legacy import from_legacy
from tts.normalization.syllables import is_syllable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like UTF-16's mark: asked first
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMES = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32",
    "cp1258": "Windows-1258",
    "latin-1": "Latin-1",
}
_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 20_000
"""Characters that decide; the rest of a file is in the encoding of its beginning."""
_MOSTLY = 0.6
"""Share of Vietnamese syllables among a text's words; names, abbreviations and figures make up the rest."""
_ZEROS = 0.2
"""Every second byte of Latin letters in UTF-16 is zero; no text in one byte a letter has any."""
_UNREADABLE = (
    "Không nhận ra bảng mã tiếng Việt của tệp. Hãy mở tệp, lưu lại với bảng mã UTF-8 rồi tải lên lại."
)


class Decoded(NamedTuple):
    """Characters, and how a person calls the encoding that they were in."""

    text: str
    encoding: str


def decoded(content: bytes) -> Decoded:
    """Return the characters of a text file; raise BadInput where no encoding gives Vietnamese.

    TCVN3 and VNI are returned as the Latin-1 letters of their bytes; text repair turns them into Unicode.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strictly(content[len(mark) :], encoding)
    wide = _without_mark(content)
    if wide is not None:
        return _believed(_strictly(content, wide))
    try:
        return _strictly(content, "utf-8")
    except BadInput:
        pass
    return _by_words(content)


def _strictly(content: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(content.decode(encoding), _NAMES[encoding])
    except UnicodeDecodeError as error:
        raise BadInput(_UNREADABLE, code="import.encoding") from error


def _believed(guess: Decoded) -> Decoded:
    if _share(guess.text[:_SAMPLE]) < _MOSTLY:
        raise BadInput(_UNREADABLE, code="import.encoding")
    return guess


def _without_mark(content: bytes) -> str | None:
    """Return which UTF-16 bytes without a mark are in, by where their zeros stand."""
    head = content[:_SAMPLE]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < _ZEROS * len(head) / 2:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _by_words(content: bytes) -> Decoded:
    """Return the reading in which the most words are Vietnamese: tones apart, or an old font."""
    best, best_share = None, _MOSTLY
    for encoding in ("cp1258", "latin-1"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        mended = from_legacy(text[:_SAMPLE]).text
        share = _share(unicodedata.normalize("NFC", mended))
        if share >= best_share:
            best, best_share = Decoded(text, _NAMES[encoding]), share + 1e-9
    if best is None:
        raise BadInput(_UNREADABLE, code="import.encoding")
    return best


def _share(text: str) -> float:
    words = _WORD.findall(text.lower())
    return sum(map(is_syllable, words)) / len(words) if words else 0.0
