"""What initials stand for because of what is around them: words said before, signs after, words near by."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from tts.reading.lexicon import CONTEXT_ROWS
from tts.reading.patterns import compiled
from tts.reading.scene import Scene

_SAID_BEFORE: Final = 12  # words
_AROUND: Final = 96  # characters on both sides


@dataclass(frozen=True, slots=True)
class _Context:
    """One row of the list: what it asks for (None: nothing), and what is said there."""

    after: re.Pattern[str] | None
    follows: re.Pattern[str] | None
    near: re.Pattern[str] | None
    spoken: str

    def holds(self, said: str, scene: Scene, end: int, around: str) -> bool:
        if self.follows and not self.follows.match(scene.line, end):
            return False
        if self.after and not self.after.search(said):
            return False
        return not self.near or self.near.search(around) is not None


def _around(line: str, start: int, end: int) -> str:
    """The line near a place in small letters, without what stands at the place itself."""
    return f"{line[max(0, start - _AROUND) : start]}|{line[end : end + _AROUND]}".lower()


def _contexts() -> dict[str, list[_Context]]:
    found: dict[str, list[_Context]] = defaultdict(list)
    for row in CONTEXT_ROWS:
        after, follows, near = row["after"], row["follows"], row["near"]
        found[row["written"]].append(
            _Context(
                compiled(rf"\b(?:{after})$") if after else None,
                compiled(follows) if follows else None,
                compiled(rf"\b(?:{near})(?!\w)") if near else None,
                row["spoken"],
            )
        )
    return dict(found)


_CONTEXTS: Final = _contexts()


def meaning_around(scene: Scene, initials: str, start: int, end: int) -> str | None:
    """What the initials at a place stand for there; the first row that fits is taken, or None."""
    rows = _CONTEXTS.get(initials)
    if not rows:
        return None
    said, around = scene.last_words(_SAID_BEFORE), _around(scene.line, start, end)
    return next((row.spoken for row in rows if row.holds(said, scene, end, around)), None)
