"""What a page shows of a state: a word with its icon and tone; pure."""

from dataclasses import dataclass
from enum import StrEnum


class StatusTone(StrEnum):
    """How a thing looks: its colour; never without a word and an icon beside it."""

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
    """Return the sign of a value that has no word of its own."""
    return Sign(str(value), "info-circle", StatusTone.CALM)
