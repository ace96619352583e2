"""Estimates the duration of a text before it is spoken."""

from functools import lru_cache
from typing import Final

from tts.normalization import Register
from tts.script import Script, script_of, spoken_script

MS_PER_SYLLABLE: Final = 335
"""Of the offline voice at its natural tempo, rests left out; measured on seven texts of 23 to 160 syllables
(324 to 349)."""
CHIMES_MS: Final = 4800
ALERT_MS: Final = 5000
"""Of the alert tone, in place of the chimes."""
_READ: Final = 8_000
"""Characters that are analysed; a longer text is extrapolated from them."""
_REMEMBERED: Final = 256
"""Estimates cached: planning asks again and again for all texts that are not recorded yet."""


@lru_cache(maxsize=_REMEMBERED)
def estimated_ms(
    title: str,
    text: str,
    *,
    issuer: str = "",
    readings: int = 1,
    framed: bool = True,
    rate: float = 1.0,
    register: Register = "radio",
    alert: bool = False,
    rests: float = 1.0,
) -> int:
    """Return the length of the recording in milliseconds, right to about a tenth; 0 for no words."""
    script = script_of(
        title,
        text[:_READ],
        framed=framed,
        issuer=issuer,
        readings=readings,
        register=register,
        alert=alert,
        rests=rests,
    )
    if not script.all:
        return 0
    whole = _sounding_ms(script, rate) * len(text) // min(len(text), _READ)
    return whole + ((ALERT_MS if alert else CHIMES_MS) if framed else 0)


def estimated_spoken_ms(
    title: str,
    text: str,
    *,
    issuer: str = "",
    readings: int = 1,
    rate: float = 1.0,
    alert: bool = False,
    rests: float = 1.0,
) -> int:
    """Return the same of what was read already, with chimes; 0 for no words."""
    script = spoken_script(title, text, issuer=issuer, readings=readings, alert=alert, rests=rests)
    return _sounding_ms(script, rate) + (ALERT_MS if alert else CHIMES_MS) if script.all else 0


def _sounding_ms(script: Script, rate: float) -> int:
    syllables = sum(len(line.text.split()) for line in script.lines)
    return sum(line.rest_ms for line in script.all) + round(syllables * MS_PER_SYLLABLE / rate)
