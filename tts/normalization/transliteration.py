"""A foreign word that no list knows, as a Vietnamese reader would try to say it: "Richter" → "rích tơ"."""

import re
from functools import lru_cache
from typing import Final

from tts.normalization.cues import compiled
from tts.normalization.lexicon import rows, table
from tts.normalization.syllables import as_syllable, is_syllable, with_acute

_SHORTEST, _LONGEST = 3, 24  # letters; other runs are no words
_MOST_SILENT: Final = 3  # consonants at the end that may go unsaid
_SPELLINGS: Final = tuple((re.compile(row["spelling"]), row["sound"]) for row in rows("spellings"))
_VOWELS: Final = re.compile(r"sần|[aăâeêioôơuưầ]+[iuy]?")
_PART: Final = re.compile(  # vowels, or one consonant
    rf"{_VOWELS.pattern}|ph|th|ch|kh|nh|ng(?![aeiouăâêôơư])|gi(?=[aeouâăêôơư])|qu(?=[aeiouâăêôơư])|tr|."
)
_CODAS: Final = table("alike", value="becomes", part="end")


def _joined(onset: str, vowel: str, coda: str) -> str | None:
    """One syllable of three parts in Vietnamese spelling, or None if there is none."""
    soft = vowel[:1] in {"e", "ê", "i", "y"}
    if onset in {"c", "k"}:
        onset = "k" if soft else "c"
    if onset in {"g", "ng"} and soft:
        onset += "h"
    for sound in (vowel, {"o": "ô", "e": "ê"}.get(vowel, vowel), vowel[:1]):
        for end in (coda, ""):
            for attempt in (onset + sound + end, with_acute(onset + sound + end)):
                if is_syllable(attempt):
                    return attempt
    return None


@lru_cache(maxsize=4096)
def transliterated(word: str) -> str | None:
    """Vietnamese syllables near the sound of an unmarked foreign word, or None."""
    if not word.isascii() or not word.isalpha() or not _SHORTEST <= len(word) <= _LONGEST:
        return None
    near = word.lower()
    for pattern, sound in _SPELLINGS:
        near = pattern.sub(sound, near)
    said: list[str] = []
    onsets: list[str] = []
    parts = _PART.findall(near)
    place = 0
    while place < len(parts):
        part = parts[place]
        place += 1
        if not _VOWELS.fullmatch(part):
            onsets.append(part)
            continue
        coda = ""
        follows = parts[place : place + 2]
        closed = len(follows) == 1 or (len(follows) > 1 and not _VOWELS.fullmatch(follows[1]))
        if follows and not _VOWELS.fullmatch(follows[0]) and closed:
            coda = _CODAS.get(follows[0], "")
            place += 1
        *loose, onset = onsets or [""]
        said += [f"{'cờ' if one in {'k', 'c'} else one + 'ờ'}" for one in loose]
        syllable = _joined(onset, part, coda)
        if syllable is None:
            return None
        said.append(syllable)
        onsets = []
    if not said or len(onsets) > _MOST_SILENT or not all(is_syllable(syllable) for syllable in said):
        return None
    return " ".join(said)


_VOWEL: Final = compiled("[aeiouyà-ỹ]")
_PIECE: Final = compiled(
    r"[^aeiouyà-ỹ]*[aeiouyà-ỹ]+(?:[^aeiouyà-ỹ]+$|n[gh](?![aeiouyà-ỹ])|[^aeiouyà-ỹ](?=[^aeiouyà-ỹ]))?"
)
_BREATHED: Final = re.compile(r"^([bdđ])h")  # "Dhông", of the highlands
_MOST_PIECES = 5


@lru_cache(maxsize=4096)
def in_pieces(word: str) -> str | None:
    """A name as syllables that are, or nearly are, Vietnamese: "Sêrêpôk" → "sê rê pốc"."""
    if len(word) > _LONGEST:
        return None
    pieces = _PIECE.findall(word.lower())
    if "".join(pieces) != word.lower() or not 1 < len(pieces) + (len(pieces) == 1) <= _MOST_PIECES:
        return None
    said = [_near(_BREATHED.sub(r"\1", piece)) for piece in pieces]
    return " ".join(filter(None, said)) if all(said) else None


def _near(piece: str) -> str | None:
    """One syllable, or two where vowels do not go together ("niê" → "ni ê")."""
    near = as_syllable(piece)
    if near:
        return near
    for cut in range(1, len(piece)):
        first, second = piece[:cut], piece[cut:]
        rest = as_syllable(second) if is_syllable(first) and _VOWEL.match(second) else None
        if rest:
            return f"{first} {rest}"
    return None
