"""The word lists of reading, loaded once from the CSV files beside the code."""

import csv
from importlib import resources
from typing import Final


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("tts.normalization.data").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("# ")))
    for row in rows:
        if None in row:  # a comma of a pattern that stands in no quotes
            raise ValueError(f"{name}.csv: {row}")
    return rows


def _table(name: str) -> dict[str, str]:
    return {row["written"]: row["spoken"] for row in _rows(name)}


LETTERS: Final = {row["letter"]: row["spoken"] for row in _rows("letters")}
POINT_LETTERS: Final = {"d": "dê", "đ": "đê"}
"""Points of a law, where d and đ are two and must not sound alike."""
ABBREVIATIONS: Final = _table("abbreviations")
DOCUMENT_CODES: Final = _table("documents")
HEAD_ROWS: Final = _rows("heads")
"""What initials of bodies and tasks begin with; `heads` is "body" for the head of a body."""
BODIES: Final = tuple(row["word"] for row in _rows("bodies"))
"""First words of the names of bodies."""
ISSUERS: Final = (*BODIES, *(row["word"] for row in _rows("issuers")))
"""First words of those who issue documents."""
ALIKE_ROWS: Final = _rows("alike")
"""Spellings that are nearly Vietnamese (`syllables.py`)."""
CHARACTER_ROWS: Final = _rows("characters")
"""What is made of characters before reading (`cleaning.py`)."""
OLD_LETTER_ROWS: Final = _rows("old_letters")
"""Letters of the encodings before Unicode (`legacy.py`)."""
TONE_ROWS: Final = _rows("tones")
"""Marks of tone on the wrong vowel (`mending.py`)."""
RIME_ROWS: Final = _rows("rimes")
"""Rimes of Vietnamese, with the onsets that they follow (`syllables.py`)."""
SCANNED_ROWS: Final = _rows("scanned")
"""What scanning does to figures (`scanned.py`)."""
SPELLING_ROWS: Final = _rows("spellings")
"""From foreign spelling to sound (`transliteration.py`)."""
SENSE_ROWS: Final = _rows("senses")
"""Signs of documents that mean something else than usually (`documents.py`)."""
NAME_ROWS: Final = _rows("names")
SIGN_ROWS: Final = _rows("signs")
NAMED_DAYS: Final = {
    kind: frozenset((int(row["day"]), int(row["month"])) for row in _rows("days") if row["kind"] == kind)
    for kind in ("known", "street", "holiday")
}
"""Days that are named by their date: day and month."""
OFFICES: Final = _table("offices")
"""What the sign of an office begins with, before the initials of its field (P and GDĐT)."""
FIELD_ROWS: Final = _rows("fields")
"""The desk that wrote a letter, behind its office (NC in UBND-NC); `body` is found in the office."""
DOMAINS: Final = _table("domains")
DOTTED: Final = {row["written"]: (row["spoken"], row["before"]) for row in _rows("dotted")}
CUE_ROWS: Final = _rows("cues")
"""What words around a form tell of it (`cues.py`)."""
RULE_ROWS: Final = _rows("rules")
"""Rules that need no code (`templates.py`)."""
CONTEXT_ROWS: Final = _rows("contexts")
"""What initials stand for in their place (`contexts.py`)."""
EACH: Final = [row["word"] for row in _rows("each")]
"""What a slash after a number may divide by: "2 cán bộ/xã"."""
COUNTED: Final = [row["word"] for row in _rows("counted")]
"""What there may be a part of, so that two numbers before it are no day: "từ 5/12 chỉ tiêu"."""
FOREIGN: Final = _table("foreign")
LEGACY: Final = {row["written"]: row["encoding"] for row in _rows("legacy")}
"""What no Vietnamese word is, though it could be one: words of an old encoding ("sè", "soá")."""

_UNIT_ROWS: Final = _rows("units")
UNITS: Final = {row["written"]: row["spoken"] for row in _UNIT_ROWS if row["kind"] != "scale"}
SCALES: Final = {row["written"]: row["spoken"] for row in _UNIT_ROWS if row["kind"] == "scale"}
MONEY: Final = frozenset(row["written"] for row in _UNIT_ROWS if row["kind"] == "money")
