"""What a recording is mixed of: chimes, phrases and recorded sounds, in sections of about a minute."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

OPENING, CLOSING, ALERT = "opening", "closing", "alert"
AFTER_ALERT_MS = 400
"""After the last sweep's own pause: people have turned their heads by now."""
_SECTION_PIECES = 8
"""About a minute; handing out shorter sections would take longer than mixing them."""
_PARTING_MS = 400


@dataclass(frozen=True, slots=True)
class Recorded:
    """A sound file of any form that is heard whole."""

    path: Path


@dataclass(frozen=True, slots=True)
class OwnChime:
    """A sound file that is heard in place of a built-in chime, as loud as that one is."""

    path: Path


@dataclass(frozen=True, slots=True)
class Piece:
    """A phrase in the cache, a recorded sound or a chime, and the rest after it."""

    sound: Path | Recorded | OwnChime | str
    """Path of a phrase, a recorded sound, an own chime, or the name of a built-in one; "": only the rest."""
    rest_ms: int


def sections(pieces: Sequence[Piece]) -> list[Sequence[Piece]]:
    """The pieces in sections of about a minute that can be mixed separately and joined inaudibly.

    They are split at rests that are long enough for the filters and the compressor to settle.
    """
    begins = [0]
    for end in range(1, len(pieces)):
        if end - begins[-1] >= _SECTION_PIECES and pieces[end - 1].rest_ms >= _PARTING_MS:
            begins.append(end)
    return [pieces[begin:end] for begin, end in pairwise([*begins, len(pieces)])]
