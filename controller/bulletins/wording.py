"""A bulletin's wording: cleaned into the one form that is digested and approved; pure."""

import hashlib
import unicodedata

from controller.errors import BadInput
from tts.errors import TextError
from tts.reading.checking import check_text

LONGEST_TITLE = 300


def clean_text(text: str) -> str:
    """Return the text as it is kept: NFC, line feeds, no blanks around; BadInput if it cannot be read."""
    cleaned = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    try:
        check_text(cleaned)
    except TextError as error:
        raise BadInput(error.sentence, code=error.code) from error
    return cleaned


def clean_title(title: str) -> str:
    """Return the title on one line; raise BadInput if it is empty, too long or not plain."""
    cleaned = " ".join(unicodedata.normalize("NFC", title).split())
    if not cleaned or not cleaned.isprintable():
        raise BadInput("Bản tin phải có tiêu đề bằng chữ thường đọc được.", code="bulletin.bad-title")
    if len(cleaned) > LONGEST_TITLE:
        raise BadInput(f"Tiêu đề dài quá {LONGEST_TITLE} ký tự.", code="bulletin.bad-title")
    return cleaned


def digest_of(text: str) -> str:
    """Return the SHA-256 of the text's NFC form in UTF-8, hexadecimal: what an approval is bound to."""
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()
