"""From the written text to spans: each place is offered to the rules in a fixed order."""

from __future__ import annotations

from tts.reading.result import Reading


def read(text: str) -> Reading:
    """Read a text: written into spoken, line by line; never raises for what a text may hold."""
    return Reading(written=text, spoken=text)
