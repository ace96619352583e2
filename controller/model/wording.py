"""A bulletin's wording: normalised to the form that is digested and approved; pure."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, get_args

from controller.errors import BadInput
from tts.errors import TextError
from tts.normalization import Register, check_own_word
from tts.normalization.checking import check_readings, check_text

Words = tuple[tuple[str, str], ...]
"""Written and spoken forms, as `tts.orders.RenderOrder` takes them."""

REGISTERS: tuple[Register, ...] = get_args(Register)
LONGEST_TITLE = 300
LONGEST_ISSUER = 200
MOST_OWN_WORDS = 40
"""Words that one bulletin may have read otherwise; more belong into the lexicon."""
LONGEST_ENGINE, LONGEST_VOICE = 50, 100
_ENGINE = re.compile(r"[a-z0-9][a-z0-9._-]*")
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


class Rests(StrEnum):
    """How long the rests between phrases are."""

    USUAL = "usual"
    WIDE = "wide"

    @property
    def factor(self) -> float:
        """Times the usual rests."""
        return _REST_FACTORS[self]


_REST_FACTORS = {Rests.USUAL: 1.0, Rests.WIDE: 2.0}
"""Wide: 0.5 s after a clause, 0.9 s after a sentence. A loudspeaker 300 m farther away is heard 0.87 s
later: its sentence has ended when the next one begins."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a text is given to the people, as its author chose; part of the wording, as the text is."""

    issuer: str = ""
    """Issuing office, read before the title; "" is not read."""
    readings: int = 1
    """How many times the text is read in one recording, 1 to 3."""
    words: Words = ()
    """What this bulletin alone has read otherwise; they win over the lexicon."""
    pace: ReadingPace = ReadingPace.USUAL
    """How fast it is read, beside the speed of its area."""
    register: Register | None = None
    """As an announcer says it, or all that is written; None: as the bulletins of its area."""
    engine: str = ""
    """Who speaks; "": who speaks the bulletins of its area."""
    voice: str = ""
    """A voice of `engine`; "" is its first one."""
    alert: bool = False
    """Whether it begins with the alert tone of emergencies; it is then for emergencies alone."""

    @property
    def columns(self) -> dict[str, Any]:
        """As a revision keeps it."""
        return asdict(self) | {"words": [list(pair) for pair in self.words]}


PLAIN = Manner()
"""The default: one reading, without an issuer, spoken as the bulletins of its area are."""


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
    """Return the manner with its issuer on one line; or raise BadInput for what cannot be spoken."""
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
    check_voice_name(manner.engine, manner.voice)
    return replace(manner, issuer=issuer, words=clean_words(manner.words))


def check_voice_name(engine: str, voice: str) -> None:
    """Raise BadInput for what can be no voice of an engine; whether the station has it, it says itself."""
    is_engine = len(engine) <= LONGEST_ENGINE and _ENGINE.fullmatch(engine)
    is_voice = len(voice) <= LONGEST_VOICE and (not voice or voice.isprintable())
    if (engine or voice) and not (is_engine and is_voice):
        raise BadInput("Không có giọng đọc này. Hãy chọn một giọng trong danh sách.", code="voice.unknown")


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
    the bulletin's own words as `word`, written and spoken, and what was chosen of how it is spoken: `pace`
    with a pace that is not the usual, `register` with it, `voice` with engine and voice, and `alert`.
    """
    own = (_WITHIN.join(("word", *pair)) for pair in manner.words)
    pace = ("pace", manner.pace) if manner.pace is not ReadingPace.USUAL else ()
    register = ("register", manner.register) if manner.register else ()
    voice = ("voice", manner.engine, manner.voice) if manner.engine else ()
    alert = ("alert",) if manner.alert else ()
    chosen = (_WITHIN.join(one) for one in (pace, register, voice, alert) if one)
    parts = (text, manner.issuer, str(manner.readings), *own, *chosen)
    whole = text if manner == PLAIN else _BETWEEN.join(parts)
    return hashlib.sha256(unicodedata.normalize("NFC", whole).encode()).hexdigest()
