"""Words and figures of a cleaned text put right, each change noted; a province's own words stay."""

from collections.abc import Sequence

from tts.normalization.edits import Edit, EditedLine, Edits, Substitute, substitute
from tts.normalization.scanned import mend_scanned
from tts.normalization.scene import OwnEntries
from tts.normalization.tones import put_tones


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


def _mended(text: str, sub: Substitute = substitute) -> str:
    return mend_scanned(put_tones(text, sub), sub)


def _edited(typed: str, own: OwnEntries | None) -> tuple[str, Sequence[Edit]]:
    line = EditedLine(typed, own.places(typed) if own else ())
    _mended(typed, line.substitute)
    return line.text, line.edits()
