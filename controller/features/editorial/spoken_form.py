"""What a form holds as the loudspeaker will say it: sentences, length, and other readings of one spot."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from controller.errors import BadInput, LoaError
from controller.features.accounts.viewer import Caller
from controller.features.bulletins.queries import visible_bulletin
from controller.features.editorial.broadcast_form import Typed
from controller.features.editorial.own_words import words_so_far
from controller.features.editorial.spoken_sentences import Sentence, SpokenStretch, sentences_of
from controller.features.lexicon.queries import words_for
from controller.features.reading.child_reader import READ_HERE, read_apart
from controller.model.speech import rate_of
from controller.model.wording import Words, words_with
from devices.ids import AreaCode
from tts.errors import TextError
from tts.estimate import estimated_spoken_ms
from tts.normalization import Reading, alternatives, check_own_word, check_text

FIELDS: Final = {"ben_bao": "Cơ quan thông báo", "tieu_de": "Tiêu đề", "noi_dung": "Lời sẽ đọc"}
"""The parts of a form that are read, in the order in which they are said."""
_OFFERED: Final = 3
"""Readings besides the present one: more are quicker typed than chosen."""
_SOME_WORD: Final = "a"


@dataclass(frozen=True, slots=True)
class SpokenPart:
    """One field as it will be said."""

    field: str
    label: str
    written: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class SpokenForm:
    """All of a form as it will be said, as often as it says, with what is put around it."""

    parts: tuple[SpokenPart, ...]
    milliseconds: int
    readings: int
    warnings: tuple[str, ...]
    is_cut: bool
    """Whether only the beginning of the text is shown; its length counts all of it."""

    @property
    def sentences(self) -> list[Sentence]:
        """All sentences in order."""
        return [one for part in self.parts for one in part.sentences]

    @property
    def spots(self) -> list[SpokenStretch]:
        """All places that are said otherwise than written."""
        return [spot for one in self.sentences for spot in one.stretches if spot.spoken]

    @property
    def unsure(self) -> int:
        """How many of them a person should listen to."""
        return sum(not spot.sure for spot in self.spots)


@dataclass(frozen=True, slots=True)
class SpotAsked:
    """Letters of a field, as `Reading.written` counts them; or a word that stands between them."""

    field: str
    start: int
    end: int
    word: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """The readings of one spot: what is said now first."""

    form: str
    spoken: tuple[str, ...]
    is_own: bool
    """Whether the bulletin has a reading of its own for it, which can be taken back."""
    refused: str = ""
    """Why no own reading can stand for these letters."""


def spoken_form(caller: Caller, form: Typed, bulletin_id: str = "") -> SpokenForm:
    """Return what is typed as it will be said; of a text that cannot be spoken, why not.

    `bulletin_id`: whose form it is; "": a new one, of the person's own area.
    """
    known, own = _words(caller, form, bulletin_id)
    settings = caller.station.settings
    warnings: list[str] = []
    found: dict[str, Reading] = {}
    for field in FIELDS:
        text = getattr(form, field)[:READ_HERE]
        try:
            if text.strip():
                check_text(text)
                words = words_with(known, own)
                found[field] = read_apart(text, words, settings.region, settings.reading_register)
        except (TextError, LoaError) as error:
            warnings.append(error.sentence)
    warnings += (one.sentence for reading in found.values() for one in reading.warnings)
    spoken = {field: reading.spoken for field, reading in found.items()}
    length = estimated_spoken_ms(
        spoken.get("tieu_de", ""),
        spoken.get("noi_dung", ""),
        issuer=spoken.get("ben_bao", ""),
        readings=form.readings,
        rate=rate_of(caller.station.speech.rate, form.pace),
    )
    whole, is_cut = len(form.noi_dung), len(form.noi_dung) > READ_HERE
    parts = tuple(
        SpokenPart(field, FIELDS[field], one.written, sentences_of(one, known, own))
        for field, one in found.items()
    )
    return SpokenForm(
        parts,
        length * whole // READ_HERE if is_cut else length,
        form.readings,
        tuple(dict.fromkeys(warnings)),
        is_cut,
    )


def choices_at(caller: Caller, form: Typed, asked: SpotAsked, bulletin_id: str = "") -> Choices:
    """Return the readings of a spot, or raise BadInput where no such letters stand there."""
    if asked.field not in FIELDS:
        raise BadInput("Không rõ sửa ở ô nào.", code="reading.no-field")
    known, own = _words(caller, form, bulletin_id)
    words, region = words_with(known, own), caller.station.settings.region
    register = caller.station.settings.reading_register
    text = getattr(form, asked.field)[:READ_HERE]
    found = read_apart(text, words, region, register)
    start, end = _place(found.written, asked)
    sentences = sentences_of(found, known, own)
    spot = next((one for one in _spots(sentences) if one.start == start and one.end == end), None)
    written = found.written[start:end]
    current = spot.spoken if spot and spot.spoken else written
    others = alternatives(text, start, end, words=dict(words), region=region, register=register)
    distinct = list(dict.fromkeys([current, *(one.spoken for one in others)]))
    chosen = spot.form if spot and spot.spoken else " ".join(written.split())
    is_own = any(chosen.casefold() == form.casefold() for form, _ in own)
    return Choices(chosen, tuple(distinct[: _OFFERED + 1]), is_own, _refusal(chosen))


def _place(written: str, asked: SpotAsked) -> tuple[int, int]:
    start, end, word = asked.start, asked.end, asked.word.strip()
    if word:
        start = written.find(word, start, end)
        end = start + len(word)
    if not 0 <= start < end <= len(written) or not written[start:end].strip():
        raise BadInput("Chữ này không có trong câu. Hãy gõ đúng như trong bài.", code="reading.no-spot")
    return start, end


def _spots(sentences: Iterable[Sentence]) -> list[SpokenStretch]:
    return [spot for one in sentences for spot in one.stretches]


def _refusal(form: str) -> str:
    try:
        check_own_word(form, _SOME_WORD)
    except TextError as error:
        return error.sentence
    return ""


def _words(caller: Caller, form: Typed, bulletin_id: str) -> tuple[Words, Words]:
    """Return the lexicon's words of the form's area, and what the form itself teaches."""
    with caller.store.read() as session:
        area: AreaCode = caller.scope.home
        if bulletin_id:
            area = visible_bulletin(session, caller.scope, bulletin_id).area
        return words_for(session, area), words_so_far(form.doc_rieng)
