"""Which words are Vietnamese syllables: onset, rime and tone by the rules of spelling."""

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from tts.normalization.lexicon import rows, table

_TONES: Final = {"\u0300": "`", "\u0301": "'", "\u0309": "?", "\u0303": "~", "\u0323": "."}
_ACUTE: Final = "\u0301"
_LONGEST_SYLLABLE: Final = 7  # letters: "nghiêng"
_STOPPED_TONES: Final = frozenset("'.")  # a rime that ends in c, ch, p or t carries sắc or nặng only

_ONSETS: Final = (
    *("ngh", "ng", "nh", "ch", "tr", "th", "ph", "kh", "gh", "gi", "qu"),
    *("b", "c", "d", "đ", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", ""),
)
_BEHIND: Final = {
    onset: frozenset(row["rime"] for row in rows("rimes") if onset in row["after"].split())
    for onset in ("any", "qu", "none")
}
_RIMES: Final = _BEHIND["any"] | _BEHIND["none"]
_SPELT_I: Final = frozenset("hklmstvbqd")  # "ký", "lý", "mỹ": y for i after these alone
_FRONT: Final = frozenset("eêiy")
_HARD_AND_SOFT: Final = {  # whether it stands before e, ê, i and y, or before the other vowels
    **dict.fromkeys(("k", "gh", "ngh"), True),
    **dict.fromkeys(("c", "g", "ng"), False),
}


def split_tone(word: str) -> tuple[str, str]:
    """The lower-case word without its tone mark, and the mark ("" for ngang)."""
    tone, letters = "", []
    for character in unicodedata.normalize("NFD", word.lower()):
        if character in _TONES:
            tone += _TONES[character]
        else:
            letters.append(character)
    return unicodedata.normalize("NFC", "".join(letters)), tone


def bare_letters(words: str) -> str:
    """Words as they are typed in an address: small, joined, without marks; đ is d."""
    letters = unicodedata.normalize("NFD", words.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isalnum())


def _is_onset_with(onset: str, rime: str) -> bool:
    """Whether spelling lets the rime follow the onset ("" is none)."""
    if onset == "qu":
        return rime in _BEHIND["qu"]
    if onset == "gi" and rime[0] == "i":
        return False  # "gì" has one i
    if rime not in _RIMES or (rime in _BEHIND["none"] and onset):
        return False
    if onset in _HARD_AND_SOFT:
        return (rime[0] in _FRONT) == _HARD_AND_SOFT[onset]
    if rime == "y":
        return onset == "" or onset[0] in _SPELT_I
    return onset != "" or not rime.startswith("iê")


def _rimes_of(base: str) -> list[str]:
    """The rime of every way to cut the toneless word behind an onset; "gi" lends its i to the rime."""
    cuts = [(onset, base[len(onset) :]) for onset in _ONSETS if base.startswith(onset)]
    rimes = [rime for onset, rime in cuts if rime and _is_onset_with(onset, rime)]
    return [*rimes, base[1:]] if base.startswith("gi") and base[1:] in _RIMES else rimes  # gì, gìn, giếng


@lru_cache(maxsize=65_536)
def is_syllable(word: str) -> bool:
    """Whether a Vietnamese reader can speak the word as one syllable (case and tone place are free)."""
    base, tone = split_tone(word)
    if len(tone) > 1 or not base:
        return False
    return any(tone in _STOPPED_TONES or not rime.endswith(("c", "ch", "p", "t")) for rime in _rimes_of(base))


_ALIKE_ONSETS: Final = table("alike", value="becomes", part="onset").items()
_BARE_RIMES: Final = [(row["written"], row["becomes"]) for row in rows("alike") if row["part"] == "rime"]
_ALIKE_CODAS: Final = table("alike", value="becomes", part="coda").items()


@lru_cache(maxsize=16_384)
def as_syllable(word: str) -> str | None:
    """The nearest Vietnamese spelling of a word that is nearly one ("Lắk" → "lắc"), or None."""
    lowered = word.lower()
    heads = [lowered] + [new + lowered[len(old) :] for old, new in _ALIKE_ONSETS if lowered.startswith(old)]
    heads += ["c" + head[1:] for head in heads if head.startswith("k")]
    heads += [("x" if head[1:2] in "eiy" else "k") + head[1:] for head in heads if head.startswith("c")]
    candidates = list(heads)
    candidates += [head.replace(bare, full) for head in heads for bare, full in _BARE_RIMES if bare in head]
    for head in heads:
        candidates += [head[: -len(old)] + new for old, new in _ALIKE_CODAS if head.endswith(old)]
    base, tone = split_tone(lowered)
    if tone:  # "quyét" lost the mark of its vowel, not its tone
        mark = next(sign for sign in unicodedata.normalize("NFD", lowered) if sign in _TONES)
        candidates += [_toned(base.replace(bare, full), mark) for bare, full in _BARE_RIMES if bare in base]
    for candidate in candidates:
        for attempt in (candidate, with_acute(candidate)):
            if is_syllable(attempt):
                return attempt
    return None


def with_acute(word: str) -> str:
    """The word with a sắc on its main vowel, if it has no tone yet."""
    base, tone = split_tone(word)
    return word if tone else _toned(base, _ACUTE)


def _toned(base: str, mark: str) -> str:
    """The toneless word with a mark of tone on its main vowel."""
    places = [place for place, letter in enumerate(base) if letter in "aăâeêioôơuưy"]
    if not places:
        return base
    marked = [place for place in places if base[place] in "ăâêôơư"]
    place = marked[-1] if marked else places[-1] if base[-1] not in "aeiouy" else places[-2:][0]
    return unicodedata.normalize("NFC", base[: place + 1] + mark + base[place + 1 :])


def fewest_pieces(letters: str, longest: int, say: Callable[[str], str | None]) -> tuple[str, ...]:
    """What `say` makes of the fewest pieces, of at most `longest` letters, that spell a run of letters."""
    best: list[tuple[str, ...] | None] = [()] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - longest), end):
            before, said = best[start], say(letters[start:end])
            if before is None or said is None:
                continue
            known = best[end]
            if known is None or len(before) + 1 < len(known):
                best[end] = (*before, said)
    return best[-1] or ()


def in_syllables(letters: str) -> str:
    """A run of letters as the fewest syllables that spell it; "" if there are none."""
    found = fewest_pieces(letters, _LONGEST_SYLLABLE, lambda piece: piece if is_syllable(piece) else None)
    return " ".join(found) if len(found) < len(letters) else ""
