"""What was learnt of Vietnamese sounds: additions to the model's vectors and energy (docs/speech.md).

The model has no symbol for most sounds of Vietnamese. Each of them, each tone and each rime has an addition
of its own, found by following a recogniser's doubt back through the model.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tts.engines.phonemes import Part, Symbol
from tts.engines.syllables import Syllable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = Path(__file__).with_name("learnt.npz")
_SAME_ONSETS = {"tr": "ch", "x": "s", "gi": "d", "r": "d", "gh": "g", "ngh": "ng", "k": "k", "qu": "c"}
"""Spelled differently, spoken alike; k before i, e and ê has symbols of its own."""
_PLACES = {Part.VOICELESS: "o", Part.VOICED: "o", Part.GLIDE: "g", Part.NUCLEUS: "n", Part.CODA: "c"}
_BEFORE = {"": "-", "nh": "h", "ch": "h", "c": "k", "ng": "k"}
"""Codas by what they make of the vowel before them; all others are "x"."""

Names = tuple[str, ...]


def names_of(syllables: tuple[Syllable, ...], symbols: tuple[Symbol, ...]) -> list[Names]:
    """For each symbol the names of the additions that it gets."""
    named: list[Names] = []
    seen: dict[tuple[int, str], int] = {}
    for symbol in symbols:
        if symbol.part is Part.BREAK:
            named.append(("b:",) if symbol.text == " " else ())
            continue
        place = symbol.syllable, _PLACES[symbol.part]
        seen[place] = seen.get(place, -1) + 1
        named.append(_names(syllables[symbol.syllable], place[1], seen[place]))
    return named


def _names(syllable: Syllable, place: str, which: int) -> Names:
    """Of the symbol number `which` of the syllable's onset (o), glide (g), nucleus (n) or coda (c)."""
    tone = f"t:{int(syllable.tone)}{'s' if syllable.is_stopped else ''}"
    coda = syllable.coda or "-"
    match place:
        case "o":
            return (f"o:{_SAME_ONSETS.get(syllable.onset, syllable.onset)}.{which}",)
        case "g":
            return ("g:w",)
        case "n":
            before = _BEFORE.get(syllable.coda, "x")
            return (f"n:{syllable.nucleus}.{before}.{which}", tone, f"r:{syllable.nucleus}{coda}")
        case _:
            return (f"c:{coda}.{which}", f"{tone}c", f"q:{syllable.nucleus}{coda}")


class Learnt:
    """The additions, as arrays; a name of which nothing was learnt adds nothing."""

    def __init__(self, file: Path = FILE) -> None:
        import numpy as np

        with np.load(file) as kept:
            self._places: dict[str, int] = {name: place for place, name in enumerate(kept["names"].tolist())}
            self._vectors: NDArray[np.float32] = kept["vectors"] * kept["steps"].astype(np.float32)[:, None]
            self._energies: NDArray[np.float32] = kept["energies"].astype(np.float32)
            self._style: NDArray[np.float32] = kept["style"].astype(np.float32)

    @property
    def names(self) -> frozenset[str]:
        """Everything of which something was learnt."""
        return frozenset(self._places)

    @property
    def style(self) -> NDArray[np.float32]:
        """Added to the half of a voice's style that colours the sound."""
        return self._style

    def vectors(self, named: list[Names]) -> NDArray[np.float32]:
        """What each symbol's vector gets, one row a symbol."""
        import numpy as np

        return np.stack([self._vectors[self._known(names)].sum(axis=0) for names in named])

    def energies(self, named: list[Names]) -> NDArray[np.float32]:
        """What each symbol's energy gets, one number a symbol."""
        import numpy as np

        return np.array([self._energies[self._known(names)].sum() for names in named], np.float32)

    def _known(self, names: Names) -> list[int]:
        return [self._places[name] for name in names if name in self._places]
