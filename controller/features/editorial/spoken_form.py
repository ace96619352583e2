"""What a form holds as the loudspeaker will say it: sentences, length, and other readings of one spot."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from controller.errors import BadInput, LoaError
from controller.features.accounts.viewer import Caller
from controller.features.editorial.broadcast_form import Typed
from controller.features.editorial.form_area import area_of_form
from controller.features.editorial.own_words import words_so_far
from controller.features.editorial.spoken_sentences import Sentence, SpokenStretch, sentences_of
from controller.features.lexicon.queries import words_for
from controller.features.reading.child_reader import READ_HERE, read_apart
from controller.features.speech.queries import speech_in
from controller.model.speech import Speech, speech_of
from controller.model.wording import REGISTERS, ReadingPace, Words, words_with
from devices.ids import AreaCode
from tts.errors import TextError
from tts.estimate import estimated_spoken_ms
from tts.normalization import Reading, Region, Register, alternatives, check_own_word, check_text

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
    area: AreaCode
    """With whose words and voice."""
    speech: Speech
    """How it will be spoken."""
    otherwise: tuple[tuple[str, int], ...] = ()
    """How long it would be at another pace or in the other register, milliseconds, by their words' name."""

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


def spoken_form(
    caller: Caller, form: Typed, bulletin_id: str = "", *, compares_registers: bool = False
) -> SpokenForm:
    """Return what is typed as it will be said; of a text that cannot be spoken, why not.

    `bulletin_id`: whose form it is; "": a new one. `compares_registers`: how long it would be in the other
    register, too; all of it is read once more for that.
    """
    area, known, own, usual = _words(caller, form, bulletin_id)
    words, region = words_with(known, own), caller.station.settings.region
    speech = speech_of(usual, form.chosen_speech())
    found, warnings = _read(form, words, region, speech.register)
    parts = tuple(
        SpokenPart(field, FIELDS[field], one.written, sentences_of(one, known, own))
        for field, one in found.items()
    )
    otherwise = [*_at_other_paces(form, found, usual)] if found else []
    if found and compares_registers:
        otherwise += _in_other_registers(form, words, region, speech)
    return SpokenForm(
        parts,
        _length(form, found, speech),
        form.readings,
        tuple(dict.fromkeys(warnings)),
        len(form.noi_dung) > READ_HERE,
        area,
        speech,
        tuple(otherwise),
    )


def _read(
    form: Typed, words: Words, region: Region, register: Register
) -> tuple[dict[str, Reading], list[str]]:
    """Return the readings of what is typed, and what a person should look at."""
    refused: list[str] = []
    found: dict[str, Reading] = {}
    for field in FIELDS:
        text = getattr(form, field)[:READ_HERE]
        try:
            if text.strip():
                check_text(text)
                found[field] = read_apart(text, words, region, register)
        except (TextError, LoaError) as error:
            refused.append(error.sentence)
    warned = [one.sentence for reading in found.values() for one in reading.warnings]
    return found, refused + warned


def _length(form: Typed, found: Mapping[str, Reading], speech: Speech) -> int:
    spoken = {field: reading.spoken for field, reading in found.items()}
    length = estimated_spoken_ms(
        spoken.get("tieu_de", ""),
        spoken.get("noi_dung", ""),
        issuer=spoken.get("ben_bao", ""),
        readings=form.readings,
        rate=speech.rate,
        alert=form.is_alert,
        rests=speech.rests,
    )
    return max(length, length * len(form.noi_dung) // READ_HERE)


def _at_other_paces(form: Typed, found: Mapping[str, Reading], usual: Speech) -> Iterator[tuple[str, int]]:
    """Yield how long it would be at each other pace: the same words, so nothing is read again."""
    chosen = form.chosen_speech()
    for pace in ReadingPace:
        if pace is not chosen.pace:
            yield pace, _length(form, found, speech_of(usual, replace(chosen, pace=pace)))


def _in_other_registers(
    form: Typed, words: Words, region: Region, speech: Speech
) -> Iterator[tuple[str, int]]:
    for register in REGISTERS:
        if register != speech.register:
            yield register, _length(form, _read(form, words, region, register)[0], speech)


def choices_at(caller: Caller, form: Typed, asked: SpotAsked, bulletin_id: str = "") -> Choices:
    """Return the readings of a spot, or raise BadInput where no such letters stand there."""
    if asked.field not in FIELDS:
        raise BadInput("Không rõ sửa ở ô nào.", code="reading.no-field")
    _, known, own, usual = _words(caller, form, bulletin_id)
    words, region = words_with(known, own), caller.station.settings.region
    register = speech_of(usual, form.chosen_speech()).register
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


def _words(caller: Caller, form: Typed, bulletin_id: str) -> tuple[AreaCode, Words, Words, Speech]:
    """Return the form's area, the words taught there and by the form itself, and the usual speech."""
    with caller.store.read() as session:
        area = area_of_form(session, caller, form, bulletin_id)
        usual = speech_in(session, area, caller.station.speech)
        return area, words_for(session, area), words_so_far(form.doc_rieng), usual
