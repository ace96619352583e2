"""Vietnamese spelling of one syllable into its parts: onset, glide, nucleus, coda and tone.

Spelling is regular: every written syllable has exactly one way to be spoken (northern standard).
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum


class Tone(IntEnum):
    """The six tones, in the order of Vietnamese school books."""

    LEVEL = 1  # ngang
    FALLING = 2  # huyền
    RISING = 3  # sắc
    DIPPING = 4  # hỏi
    BROKEN = 5  # ngã
    HEAVY = 6  # nặng


@dataclass(frozen=True, slots=True)
class Syllable:
    """A syllable's parts as they are spelled; a missing part is ""."""

    onset: str
    glide: str
    nucleus: str
    coda: str
    tone: Tone

    @property
    def is_stopped(self) -> bool:
        """Whether it ends in p, t, c or ch, which cuts the voice short."""
        return self.coda in {"p", "t", "c", "ch"}


_MARKS = {
    "\N{COMBINING GRAVE ACCENT}": Tone.FALLING,
    "\N{COMBINING ACUTE ACCENT}": Tone.RISING,
    "\N{COMBINING HOOK ABOVE}": Tone.DIPPING,
    "\N{COMBINING TILDE}": Tone.BROKEN,
    "\N{COMBINING DOT BELOW}": Tone.HEAVY,
}
_ONSET = re.compile(r"ngh|ng|nh|ch|tr|th|ph|kh|gh|gi|qu|[bcdđghklmnprstvx]|")
_CODA = re.compile(r"(?<=.)(?:ng|nh|ch|[cmnpt])$")
_VOWELS = "aăâeêioôơuưy"
NUCLEI = frozenset(["a", "ă", "â", "e", "ê", "i", "o", "oo", "ô", "ơ", "u", "ư", "iê", "uô", "ươ"])
_OPEN_DIPHTHONGS = {"ia": "iê", "ya": "iê", "yê": "iê", "ua": "uô", "ưa": "ươ", "y": "i"}


def parse_syllable(word: str) -> Syllable | None:
    """The parts of one written syllable, or None when no Vietnamese syllable is spelled so."""
    plain, tone = _without_tone(word.lower())
    match = _ONSET.match(plain)
    onset = match.group() if match else ""
    rime = plain[len(onset) :]
    if onset == "gi":
        rime = _rime_after_gi(rime)
    glide, nucleus, coda = _parse_rime(rime, after_qu=onset == "qu")
    if nucleus not in NUCLEI:
        return None
    return Syllable(onset, glide, nucleus, coda, tone)


def _without_tone(word: str) -> tuple[str, Tone]:
    """The word with its tone mark taken off, and the tone."""
    tone, kept = Tone.LEVEL, []
    for letter in unicodedata.normalize("NFD", word):
        if letter in _MARKS:
            tone = _MARKS[letter]
        else:
            kept.append(letter)
    return unicodedata.normalize("NFC", "".join(kept)), tone


def _rime_after_gi(rest: str) -> str:
    """In "gì" and "gìn" the i is also the vowel, in "giếng" the first half of iê; in "giá" it is neither."""
    if not rest or rest[0] not in _VOWELS or rest[0] == "ê":
        return "i" + rest
    return rest


def _parse_rime(rime: str, *, after_qu: bool) -> tuple[str, str, str]:
    """Glide, nucleus and coda; the off-glides of ai, ao, âu … are codas "j" and "w"."""
    closing = _CODA.search(rime)
    coda = closing.group() if closing else ""
    vowels = rime[: len(rime) - len(coda)]
    glide = "w" if after_qu else ""
    if len(vowels) > 1 and (vowels[0] + vowels[1]) in {"oa", "oă", "oe", "uâ", "uê", "uơ", "uy"}:
        glide, vowels = "w", vowels[1:]
    if coda or vowels in _OPEN_DIPHTHONGS or len(vowels) == 1:
        return glide, _OPEN_DIPHTHONGS.get(vowels, vowels), coda
    return glide, *_split_off_glide(vowels)


def _split_off_glide(vowels: str) -> tuple[str, str]:
    """Nucleus and off-glide of an open rime; ay and au have the short a of ă."""
    nucleus, last = vowels[:-1], vowels[-1:]
    if last not in {"i", "y", "o", "u"}:
        return vowels, ""
    if nucleus == "a" and last in {"y", "u"}:
        nucleus = "ă"
    return _OPEN_DIPHTHONGS.get(nucleus, nucleus), "j" if last in {"i", "y"} else "w"
