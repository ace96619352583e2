"""What initials stand for because of what is around them: words said before, signs after, words near by."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Final

from tts.reading.lexicon import CONTEXT_ROWS
from tts.reading.patterns import compiled
from tts.reading.scene import Scene

_SAID_BEFORE: Final = 12  # words
_AROUND: Final = 96  # characters on both sides
_ADDRESSED: Final = "bà con"


@dataclass(frozen=True, slots=True)
class Context:
    """One row of the list: what it asks for (None: nothing), and what is said there."""

    after: re.Pattern[str] | None
    follows: re.Pattern[str] | None
    near: re.Pattern[str] | None
    spoken: str

    def holds(self, said: str, scene: Scene, end: int, around: str) -> bool:
        """Whether all that the row asks for is there; `said`: the last words spoken before."""
        if self.follows and not scene.follows(self.follows, end):
            return False
        if self.after and not self.after.search(said):
            return False
        return not self.near or self.near.search(around) is not None


def _around(line: str, start: int, end: int) -> str:
    """The line near a place in small letters, without what stands at the place itself."""
    return f"{line[max(0, start - _AROUND) : start]}|{line[end : end + _AROUND]}".lower()


_ROWS: Final[dict[str, list[dict[str, str]]]] = defaultdict(list)
for _row in CONTEXT_ROWS:
    _ROWS[_row["written"]].append(_row)


@cache
def contexts(initials: str) -> tuple[Context, ...]:
    """What the rows of listed initials ask for, compiled when first met: all take a tenth of a second."""
    return tuple(
        Context(
            compiled(rf"\b(?:{row['after']})$") if row["after"] else None,
            compiled(row["follows"]) if row["follows"] else None,
            compiled(rf"\b(?:{row['near']})(?!\w)") if row["near"] else None,
            row["spoken"],
        )
        for row in _ROWS[initials]
    )


def meaning_around(scene: Scene, initials: str, start: int, end: int) -> str | None:
    """What the initials at a place stand for there; the first row that fits is taken, or None."""
    if initials not in _ROWS:
        return None
    said, around = scene.last_words(_SAID_BEFORE), _around(scene.line, start, end)
    if said.endswith(_ADDRESSED) or scene.before(start).endswith(":"):
        said = ""  # what is told begins here: "Kính thưa bà con, LS …", "thông báo: KH …"
    return next((row.spoken for row in contexts(initials) if row.holds(said, scene, end, around)), None)
