"""How a page shows a state: a word with an icon and a tone; pure."""

from dataclasses import dataclass
from enum import StrEnum


class StatusTone(StrEnum):
    """Colour of a state; always shown together with a word and an icon."""

    LIVE = "live"  # sounding now
    GOOD = "good"
    WORK = "work"  # on its way
    WARN = "warn"
    BAD = "bad"
    CALM = "calm"


@dataclass(frozen=True, slots=True)
class Sign:
    """A word with its icon and tone."""

    word: str
    icon: str
    tone: StatusTone


def unnamed(value: str) -> Sign:
    """Return the sign of a value without words."""
    return Sign(str(value), "info-circle", StatusTone.CALM)
