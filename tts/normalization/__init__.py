"""Written Vietnamese into words that can be spoken (docs/reading.md)."""

from tts.manners import Region, Register
from tts.normalization.alternatives import alternatives
from tts.normalization.checking import MAX_CHARACTERS, check_text
from tts.normalization.province import check_entry, check_own_word
from tts.normalization.result import Alternative, Reading, ReadingWarning, Span
from tts.normalization.scanner import read

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
