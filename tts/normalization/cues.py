"""What the words around a form tell of it: the patterns of `cues.csv`, by the module that asks for them."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from tts.normalization.lexicon import SCALES, UNITS, rows
from tts.normalization.numbers import NUMBER_WORDS

_SMALL: Final = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
_LARGE: Final = _SMALL.upper()


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern ready for use; À-Ỹ and à-ỹ stand in classes only, as A-Z and a-z do."""
    return re.compile(pattern.replace("À-Ỹ", _LARGE).replace("à-ỹ", _SMALL))


def any_of(words: Iterable[str]) -> str:
    """A pattern for each of the words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_NAMED: Final = {
    "{number}": any_of(sorted(NUMBER_WORDS)),
    "{counted}": rf"(?:{any_of(row['word'] for row in rows('counted'))})(?!\w)",
    "{each}": any_of(row["word"] for row in rows("each")),
    "{unit}": any_of((*SCALES, *UNITS)),
    "{scale}": any_of(SCALES),
}
"""Word lists that a pattern may name."""


_ALL: Final = {f"{row['module']}.{row['cue']}": row["pattern"] for row in rows("cues")}


@cache
def cue_named(name: str) -> re.Pattern[str]:
    """The cue that is called so: "times.hour"."""
    pattern = _ALL[name]
    for listed, words in _NAMED.items():
        pattern = pattern.replace(listed, words)
    return compiled(pattern)


class Cues:
    """The cues of one module, each an attribute, compiled when it is first asked for."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, cue: str) -> re.Pattern[str]:
        """Only asked for what is not an attribute yet, or what the list does not have."""
        name = f"{self._module}.{cue}"
        if name not in _ALL:
            raise AttributeError(f"cues.csv has no {name}")
        self.__dict__[cue] = pattern = cue_named(name)
        return pattern
