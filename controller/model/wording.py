"""A bulletin's wording: normalised to the form that is digested and approved; pure."""

import hashlib
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from controller.errors import BadInput
from tts.errors import TextError
from tts.normalization import check_own_word
from tts.normalization.checking import check_readings, check_text

Words = tuple[tuple[str, str], ...]
"""Written and spoken forms, as `tts.orders.RenderOrder` takes them."""

LONGEST_TITLE = 300
LONGEST_ISSUER = 200
MOST_OWN_WORDS = 40
"""Words that one bulletin may have read otherwise; more belong into the lexicon."""
_BETWEEN, _WITHIN = "\x1e", "\x1f"
"""Separate the digested parts; no text contains them, since control characters are refused."""


class ReadingPace(StrEnum):
    """How fast a bulletin is read."""

    SLOW = "slow"
    USUAL = "usual"
    FAST = "fast"

    @property
    def factor(self) -> float:
        """Times the station's speed."""
        return _FACTORS[self]


_FACTORS = {ReadingPace.SLOW: 0.85, ReadingPace.USUAL: 1.0, ReadingPace.FAST: 1.15}
"""Slow: for old people and bad horns; more than a seventh either way is heard as a fault."""


@dataclass(frozen=True, slots=True)
class Manner:
    """Issuer, number of readings and the bulletin's own words; part of the wording, as the text is."""

    issuer: str = ""
    """Issuing office, read before the title; "" is not read."""
    readings: int = 1
    """How many times the text is read in one recording, 1 to 3."""
    words: Words = ()
    """What this bulletin alone has read otherwise; they win over the lexicon."""
    pace: ReadingPace = ReadingPace.USUAL
    """How fast it is read, beside the station's own speed."""


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
    return replace(manner, issuer=issuer, words=clean_words(manner.words))


def clean_words(words: Iterable[tuple[str, str]]) -> Words:
    """Return a bulletin's own words on one line each, in order; BadInput names the one that cannot be."""
    found: dict[str, str] = {}
    for pair in words:
        written, spoken = (" ".join(unicodedata.normalize("NFC", one).split()) for one in pair)
        try:
            check_own_word(written, spoken)
        except TextError as error:
            raise BadInput(error.sentence, code=error.code) from error
        if found.setdefault(written, spoken) != spoken:
            raise BadInput(f"«{written}» được ghi hai cách đọc. Hãy giữ một cách.", code="bulletin.own-words")
    if len(found) > MOST_OWN_WORDS:
        raise BadInput(
            f"Một bản tin có nhiều nhất {MOST_OWN_WORDS} từ đọc riêng. Từ hay gặp hãy đề nghị vào từ điển.",
            code="bulletin.own-words",
        )
    return tuple(sorted(found.items()))


def with_words_of(manner: Manner, *texts: str) -> Manner:
    """Return the manner with the own words that stand in the texts; the others were left behind."""
    if not manner.words:
        return manner
    whole = " ".join(" ".join(unicodedata.normalize("NFC", text) for text in texts).split()).casefold()
    kept = tuple(pair for pair in manner.words if pair[0].casefold() in whole)
    return replace(manner, words=kept)


def words_with(known: Words, own: Collection[tuple[str, str]]) -> Words:
    """Return the lexicon's words with a bulletin's own, which win."""
    if not own:
        return known
    any_case = {written for written, _ in own if written == written.lower()}
    kept = {written: spoken for written, spoken in known if written.lower() not in any_case}
    return tuple(sorted((kept | dict(own)).items()))


def digest_of(text: str, manner: Manner = PLAIN) -> str:
    """Return the SHA-256 of a wording in NFC and UTF-8, hexadecimal: the digest that an approval covers.

    With the default manner it covers the text alone; otherwise text, issuer, number of readings, each of
    the bulletin's own words as `word`, written and spoken, and `pace` with a pace that is not the usual.
    """
    own = (_WITHIN.join(("word", *pair)) for pair in manner.words)
    pace = () if manner.pace is ReadingPace.USUAL else (_WITHIN.join(("pace", manner.pace)),)
    parts = (text, manner.issuer, str(manner.readings), *own, *pace)
    whole = text if manner == PLAIN else _BETWEEN.join(parts)
    return hashlib.sha256(unicodedata.normalize("NFC", whole).encode()).hexdigest()
