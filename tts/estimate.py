"""How long a text will sound, before anybody has spoken it."""

from __future__ import annotations

from typing import Final

from tts.script import script_of

MS_PER_SYLLABLE: Final = 390
"""Of the offline voice at its natural tempo; measured on a legal text of ten minutes, pauses left out."""
_CHIMES_MS: Final = 4800


def estimated_ms(title: str, text: str, *, issuer: str = "", readings: int = 1) -> int:
    """Return the length of the framed recording in milliseconds, right to about a tenth; 0 for no words."""
    script = script_of(title, text, framed=True, issuer=issuer, readings=readings)
    if not script.all:
        return 0
    syllables = sum(len(line.text.split()) for line in script.lines)
    return _CHIMES_MS + sum(line.rest_ms for line in script.all) + syllables * MS_PER_SYLLABLE
