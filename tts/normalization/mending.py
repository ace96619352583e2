"""Words and figures of a cleaned text put right, each change noted; a province's own words stay."""

import re
import unicodedata
from collections.abc import Sequence
from functools import partial
from typing import Final

from tts.normalization.edits import Edit, EditedLine, Edits, Substitute
from tts.normalization.lexicon import rows
from tts.normalization.scanned import mend_scanned
from tts.normalization.scene import OwnEntries

_MISPLACED: Final = tuple((re.compile(row["pattern"]), int(row["heir"])) for row in rows("tones"))
_SPANISH: Final = re.compile("[ñÑ]")  # what is left of them bears no tone
_TONES: Final = frozenset("\u0300\u0301\u0303\u0309\u0323")


def mend(text: str, own: OwnEntries | None = None) -> tuple[str, Edits]:
    """The text as it is read, line for line, and what was changed in it.

    Nothing is changed in what the province taught (`own`), nor right beside it.
    """
    mended = _mended(text)
    if mended == text:
        return text, Edits(())
    typed_lines, mended_lines = text.split("\n"), mended.split("\n")
    if len(typed_lines) != len(mended_lines):  # something was mended across two lines, which is none
        mended_lines = [_mended(line) for line in typed_lines]
    lines, edits, offset = [], list[Edit](), 0
    for typed, as_mended in zip(typed_lines, mended_lines, strict=True):
        line, changed = (typed, ()) if as_mended == typed else _edited(typed, own)
        edits += (Edit(offset + one.start, offset + one.end, one.typed) for one in changed)
        lines.append(line)
        offset += len(line) + 1
    return "\n".join(lines), Edits(edits)


def _mended(text: str, sub: Substitute = re.Pattern.sub) -> str:
    return mend_scanned(put_tones(text, sub), sub)


def _edited(typed: str, own: OwnEntries | None) -> tuple[str, Sequence[Edit]]:
    line = EditedLine(typed, own.places(typed) if own else ())
    _mended(typed, line.substitute)
    return line.text, line.edits()


def put_tones(text: str, sub: Substitute = re.Pattern.sub) -> str:
    """The text (NFC) with such marks moved; nothing else is changed. `sub` puts in each change."""
    for pattern, heir in _MISPLACED:
        text = sub(pattern, partial(_moved, heir), text)
    if "ñ" not in text and "Ñ" not in text:
        return text
    return sub(_SPANISH, lambda found: "n" if found.group() == "ñ" else "N", text)


def _moved(heir: int, found: re.Match[str]) -> str:
    """The letters with the (last) mark of tone among them on the heir, and no other."""
    parts = [unicodedata.normalize("NFD", letter) for letter in found.group()]
    tone = [part for letter in parts for part in letter if part in _TONES][-1]
    bare = ["".join(part for part in letter if part not in _TONES) for letter in parts]
    bare[heir] += tone
    return unicodedata.normalize("NFC", "".join(bare))
