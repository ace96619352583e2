"""The lexicon as a file for a spreadsheet."""

import csv
import io
from collections.abc import Iterable

from controller.model.lexicon import LexiconEntry

_FORMULAS = ("=", "+", "-", "@")
"""What a spreadsheet would compute."""


def lexicon_file(entries: Iterable[LexiconEntry]) -> bytes:
    """Return CSV in UTF-8 with the mark by which Excel knows it: written, spoken, area."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(("viết", "đọc", "địa bàn"))
    rows.writerows([_safe(one.written), _safe(one.spoken), one.area] for one in entries)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULAS) else text
