"""The limits of a text, checked before anything is done with it."""

import re
import unicodedata

from tts.errors import BadReadings, BadText, EmptyText, TextTooLong

MAX_CHARACTERS = 100_000  # about two hours of speech; more is a book, or a mistake
MOST_READINGS = 3
"""Times that a text may be read in one recording: a fourth reading reaches nobody new."""

HTML_TAG = re.compile(
    r"</?(?:a|abbr|article|b|blockquote|body|br|button|center|code|div|em|font|footer|form|h[1-6]|head|header|hr"
    r"|html|i|iframe|img|input|label|li|link|main|meta|nav|object|ol|p|pre|s|script|section|small|span|strong"
    r"|style|sub|sup|svg|table|tbody|td|textarea|th|thead|title|tr|u|ul|video)(?:\s[^<>]*)?/?>|<!--|<!doctype",
    re.IGNORECASE,
)
_LAYOUT = frozenset("\t\n\r\v\f\x85")
_REPLACEMENT = "\ufffd"  # what a decoder writes where it understood nothing
_NO_CHARACTER = 0xFFFE  # U+xxFFFE and U+xxFFFF never stand for text


def is_control(character: str) -> bool:
    """Whether the character is none that a text is written with (layout is; so are zero-width marks)."""
    if character in _LAYOUT:
        return False
    category = unicodedata.category(character)
    if category in {"Cc", "Cs", "Co"} or character == _REPLACEMENT:
        return True
    return (ord(character) & _NO_CHARACTER) == _NO_CHARACTER


def check_text(text: str, *, max_characters: int = MAX_CHARACTERS) -> None:
    """Raise EmptyText, TextTooLong or BadText if the text cannot become a bulletin."""
    if len(text) > max_characters:
        raise TextTooLong(
            f"Văn bản có {_grouped(len(text))} ký tự, vượt quá giới hạn {_grouped(max_characters)} ký tự. "
            "Hãy chia thành nhiều bản tin."
        )
    for place, character in enumerate(text):
        if (not character.isprintable() or character == _REPLACEMENT) and is_control(character):
            line = text.count("\n", 0, place) + 1
            raise BadText(
                f"Dòng {line} có ký tự điều khiển lạ (mã {ord(character):04X}) không đọc được. "
                "Hãy xóa ký tự đó hoặc sao chép lại bản tin dưới dạng văn bản thường."
            )
    found = HTML_TAG.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise BadText(
            f"Dòng {line} có thẻ HTML ({found.group()[:40]}). Hãy dán lại bản tin dưới dạng văn bản thường."
        )
    if not any(c.isascii() or "LATIN" in unicodedata.name(c, "") for c in text if c.isalnum()):
        raise EmptyText


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def check_readings(readings: int) -> None:
    """Raise BadReadings unless a bulletin may be read that many times in one recording."""
    if not 1 <= readings <= MOST_READINGS:
        raise BadReadings
