"""Written Vietnamese into words that can be spoken (docs: architecture, "reading")."""

from tts.reading.checking import MAX_CHARACTERS, check_text
from tts.reading.result import Reading, ReadingWarning, Span
from tts.reading.scanner import read

__all__ = ["MAX_CHARACTERS", "Reading", "ReadingWarning", "Span", "check_text", "read"]
