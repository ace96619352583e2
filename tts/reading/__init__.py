"""Written Vietnamese into words that can be spoken (docs/reading.md)."""

from tts.reading.checking import MAX_CHARACTERS, check_text
from tts.reading.province import check_entry
from tts.reading.regions import Region
from tts.reading.result import Reading, ReadingWarning, Span
from tts.reading.scanner import read

__all__ = [
    "MAX_CHARACTERS",
    "Reading",
    "ReadingWarning",
    "Region",
    "Span",
    "check_entry",
    "check_text",
    "read",
]
