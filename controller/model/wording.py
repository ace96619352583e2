"""A bulletin's wording: normalised to the form that is digested and approved; pure."""

import hashlib
import unicodedata
from dataclasses import dataclass

from controller.errors import BadInput
from tts.errors import TextError
from tts.reading.checking import check_readings, check_text

LONGEST_TITLE = 300
LONGEST_ISSUER = 200
_BETWEEN = "\x1e"
"""Separates the digested parts; no text contains it, since control characters are refused."""


@dataclass(frozen=True, slots=True)
class Manner:
    """Issuer and number of readings; part of the wording, as the text is."""

    issuer: str = ""
    """Issuing office, read before the title; "" is not read."""
    readings: int = 1
    """How many times the text is read in one recording, 1 to 3."""


PLAIN = Manner()
"""The default: one reading, without an issuer."""


def clean_text(text: str) -> str:
    """Return the text as stored: NFC, line feeds, stripped; BadInput if it cannot be spoken."""
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


def clean_manner(manner: Manner) -> Manner:
    """Return the manner with its issuer on one line; raise BadInput if the issuer cannot be spoken."""
    issuer = " ".join(unicodedata.normalize("NFC", manner.issuer).split())
    if len(issuer) > LONGEST_ISSUER or not issuer.isprintable():
        raise BadInput(
            f"Tên cơ quan thông báo phải là chữ thường đọc được, không dài quá {LONGEST_ISSUER} ký tự.",
            code="bulletin.bad-issuer",
        )
    try:
        if issuer:
            check_text(issuer)
        check_readings(manner.readings)
    except TextError as error:
        raise BadInput(error.sentence, code=error.code) from error
    return Manner(issuer, manner.readings)


def digest_of(text: str, manner: Manner = PLAIN) -> str:
    """Return the SHA-256 of a wording in NFC and UTF-8, hexadecimal: the digest that an approval covers.

    With the default manner it covers the text alone; otherwise text, issuer and number of readings.
    """
    whole = text if manner == PLAIN else _BETWEEN.join((text, manner.issuer, str(manner.readings)))
    return hashlib.sha256(unicodedata.normalize("NFC", whole).encode()).hexdigest()
