"""Written Vietnamese into words that can be spoken (docs/reading.md)."""

from tts.reading.alternatives import alternatives
from tts.reading.checking import MAX_CHARACTERS, check_text
from tts.reading.province import check_entry, check_own_word
from tts.reading.regions import Region, Register
from tts.reading.result import Alternative, Reading, ReadingWarning, Span
from tts.reading.scanner import read

__all__ = [
    "MAX_CHARACTERS",
    "Alternative",
    "Reading",
    "ReadingWarning",
    "Region",
    "Register",
    "Span",
    "alternatives",
    "check_entry",
    "check_own_word",
    "check_text",
    "read",
]
