"""A Vietnamese syllable as symbols of the Kokoro model, which was trained on other languages.

The symbols were chosen by what a Vietnamese recogniser understood best, not by phonetic theory: a long m, an
aspirated k for kh, ɣɣ for g and nd for đ (heard as t otherwise) come across where the textbook symbols
do not. Northern mergers are spoken (ch = tr, s = x, d = gi = r).
"""

import csv
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tts.engines.syllables import Syllable


def _table(part: str) -> dict[str, str]:
    text = Path(__file__).with_name("phonemes.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("# "))
    return {row["spelled"]: row["symbols"] for row in rows if row["part"] == part}


_ONSETS, _NUCLEI, _CODAS = _table("onset"), _table("nucleus"), _table("coda")
_OPEN_NUCLEI = _table("open nucleus")
"""Where nothing follows, these are something else than before a coda."""
BLENDS = {"τ": {"t": 0.6, "d": 0.4}}
"""Sounds between two of the model's symbols: after its own t it breathes, and th is heard."""
_SOUNDING_ONSETS = frozenset("bdzlmnŋɲvɣ")
_SHORTENS = "ː"


class SyllablePart(Enum):
    """What a symbol is in its syllable; the tone is carried by GLIDE, NUCLEUS and CODA."""

    VOICELESS = "voiceless onset"
    VOICED = "voiced onset"
    GLIDE = "glide"
    NUCLEUS = "nucleus"
    CODA = "coda"
    BREAK = "space, punctuation or edge"


@dataclass(frozen=True, slots=True)
class Symbol:
    """One input symbol of the model; `syllable` counts from 0, -1 outside any."""

    text: str
    part: SyllablePart
    syllable: int = -1


def symbols_of(syllable: Syllable, place: int) -> list[Symbol]:
    """The syllable's symbols, in the order in which they sound."""
    parts = (
        (_ONSETS[syllable.onset], None),
        (syllable.glide, SyllablePart.GLIDE),
        (_nucleus(syllable), SyllablePart.NUCLEUS),
        (_CODAS[syllable.coda], SyllablePart.CODA),
    )
    return [Symbol(text, part or _onset_part(text), place) for spelled, part in parts for text in spelled]


def _onset_part(symbol: str) -> SyllablePart:
    return SyllablePart.VOICED if symbol in _SOUNDING_ONSETS else SyllablePart.VOICELESS


def _nucleus(syllable: Syllable) -> str:
    """Before nh and ch every vowel is short and a is fronted; before c and ng the round ones are short."""
    symbols = _NUCLEI[syllable.nucleus]
    if not syllable.coda:
        return _OPEN_NUCLEI.get(syllable.nucleus, symbols)
    if syllable.coda in {"nh", "ch"}:
        return "ɛ" if syllable.nucleus == "a" else symbols.removesuffix(_SHORTENS)
    if syllable.coda in {"c", "ng"} and syllable.nucleus in {"o", "u", "ô"}:
        return symbols.removesuffix(_SHORTENS)
    return symbols
