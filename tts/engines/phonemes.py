"""A Vietnamese syllable as symbols of the Kokoro model, which was trained on other languages.

The symbols were chosen by what a Vietnamese recogniser understood best, not by phonetic theory: a long m, an
aspirated k for kh, ɣɣ for g and nd for đ (heard as t otherwise) come across where the textbook symbols
do not. Northern mergers are spoken
(ch = tr, s = x, d = gi = r).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tts.engines.syllables import Syllable

_ONSETS = {
    "": "",
    "b": "b",
    "c": "k",
    "ch": "ʨ",
    "d": "z",
    "đ": "nd",
    "g": "ɣɣ",
    "gh": "ɣɣ",
    "gi": "z",
    "h": "h",
    "k": "kk",
    "kh": "kʰ",
    "l": "l",
    "m": "mm",
    "n": "n",
    "ng": "ŋ",
    "ngh": "ŋ",
    "nh": "ɲ",
    "p": "p",
    "ph": "f",
    "qu": "k",
    "r": "z",
    "s": "s",
    "t": "τ",
    "th": "tʰ",
    "tr": "ʨ",
    "v": "vv",
    "x": "s",
}
BLENDS = {"τ": {"t": 0.6, "d": 0.4}}
"""Sounds between two of the model's symbols: after its own t it breathes, and th is heard."""
_NUCLEI = {
    "a": "aː",
    "ă": "a",
    "â": "ə",
    "e": "ɛː",
    "ê": "eː",
    "i": "iː",
    "o": "ɔ",
    "oo": "ɔː",
    "ô": "oː",
    "ơ": "ʌː",
    "u": "ʊ",
    "ư": "ɯː",
    "iê": "iə",
    "uô": "uə",
    "ươ": "ɯə",
}
_CODAS = {
    "": "",
    "c": "k",
    "ch": "k",
    "j": "j",
    "m": "m",
    "n": "nn",
    "ng": "ŋŋ",
    "nh": "ŋ",
    "p": "p",
    "t": "t",
    "w": "w",
}
_OPEN_NUCLEI = {"u": "ʊu", "ư": "ɨː"}
"""Where nothing follows, these two are something else than before a coda."""
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
