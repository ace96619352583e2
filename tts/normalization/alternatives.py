"""Other ways to read one spot of a text, for a person who hears that it is read wrong (docs/reading.md)."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from tts.manners import Region, Register
from tts.normalization.dates import day_and_month
from tts.normalization.documents import code_part
from tts.normalization.grammar import grammar_at
from tts.normalization.initials import composed, contexts
from tts.normalization.lexicon import ABBREVIATIONS, DOCUMENT_CODES, FOREIGN, NO_WORDS
from tts.normalization.numbers import LARGEST, cardinal, in_a_row, roman_value, spell_digits, written_number
from tts.normalization.radio import may_differ
from tts.normalization.regions import in_region
from tts.normalization.result import Alternative
from tts.normalization.scanner import hits, prepared
from tts.normalization.scene import Hit, Scene
from tts.normalization.syllables import is_syllable
from tts.normalization.templates import spell
from tts.normalization.transliteration import transliterated

MOST: Final = 6
"""Readings that a spot is offered, letter by letter the last: more are quicker typed than chosen."""
_LONGEST: Final = 64  # characters of a spot
_TWO_NUMBERS: Final = re.compile(r"(\d{1,4}) ?(?:[/:-]|\.(?!\d{3})) ?(\d{1,4})")
_AMOUNT: Final = re.compile(r"\d+(?:\.\d{3})*(?:,\d+)?")


@dataclass(frozen=True, slots=True)
class _SpotInLine:
    """A stretch of one line, and the scene as it is before it is read."""

    scene: Scene
    start: int
    end: int

    @property
    def written(self) -> str:
        return self.scene.line[self.start : self.end]


def alternatives(
    text: str,
    start: int,
    end: int,
    *,
    words: Mapping[str, str] = NO_WORDS,
    region: Region = "north",
    register: Register = "literal",
) -> tuple[Alternative, ...]:
    """Up to six other readings of `Reading.written[start:end]`, the likeliest first; () where there are none.

    The stretch is a span of `read` with the same words, region and register, or a word in a plain one. In
    the radio register the literal reading is one of them.
    """
    spot = _spot(text, start, end, words, region)
    if spot is None or len(spot.written) > _LONGEST:
        return ()
    first = next((hit for _, hit in hits(_copy(spot.scene), spot.start, spot.end)), None)
    literal = in_region(first.spoken, first.rule, region) if first else ""
    found: dict[str, Alternative] = {}
    if first and register == "radio" and first.end == spot.end and may_differ(first):
        found[literal.lower()] = Alternative(literal, first.rule)
    for rule, spoken in (*_of_rules(spot), *_of_initials(spot), *_of_figures(spot), *_by_sound(spot)):
        said = in_region(spoken, rule, region).strip(" ,")
        if any(map(str.isalpha, said)) and said.lower() != literal.lower():
            found.setdefault(said.lower(), Alternative(said, rule))
    likeliest = list(found.values())
    return tuple(likeliest[:MOST] if len(likeliest) <= MOST else [*likeliest[: MOST - 1], likeliest[-1]])


def _spot(text: str, start: int, end: int, words: Mapping[str, str], region: Region) -> _SpotInLine | None:
    alignment, own = prepared(text, words)
    definitions: dict[str, str] = {}
    offset = 0
    for line in alignment.written.split("\n"):
        scene = Scene(line, definitions, own, region)
        last = offset + len(line) >= end
        for place, hit in hits(scene):
            if last and offset + hit.end > start:
                if offset + place < start:  # a word among plain ones
                    scene.hear(Hit(place, line[place : start - offset], "plain"))
                return _SpotInLine(scene, start - offset, end - offset)
        if last:
            return None
        offset += len(line) + 1
    return None


def _copy(scene: Scene) -> Scene:
    return replace(scene, definitions=dict(scene.definitions), region="north", words=list(scene.words))


def _of_rules(spot: _SpotInLine) -> Iterator[tuple[str, str]]:
    """What every rule says that would speak for the whole spot."""
    scene = _copy(spot.scene)
    for hit in grammar_at(scene, spot.start).candidates(scene, spot.start):
        if hit.end == spot.end:
            yield hit.rule, hit.spoken


def _of_initials(spot: _SpotInLine) -> Iterator[tuple[str, str]]:
    """Every meaning that the lists know for initials, whatever stands around them."""
    written = spot.written.strip(".")
    if not written.isupper() and written not in ABBREVIATIONS:
        written = written.upper()
    if spot.scene.own and (own := spot.scene.own.get(spot.written)):
        yield "province", own
    if defined := spot.scene.definitions.get(written):
        yield "defined", defined
    meanings = Counter(row.spoken for row in contexts(written))  # most rows: most often meant
    meanings.update(filter(None, (ABBREVIATIONS.get(written), DOCUMENT_CODES.get(written))))
    yield from (("abbreviation", meaning) for meaning, _ in meanings.most_common())
    guessed = composed(written) or (code_part(written) if len(written) > 1 else None)
    if guessed:
        yield "abbreviation", guessed
    if foreign := FOREIGN.get(spot.written) or FOREIGN.get(spot.written.lower()):
        yield "foreign", foreign
    value = roman_value(written) if spot.written.isupper() else None
    if value:
        yield "roman", cardinal(value)


def _of_figures(spot: _SpotInLine) -> Iterator[tuple[str, str]]:
    """Figures as a number, a day, a part, a range, and one by one in their groups."""
    written = spot.written
    two = _TWO_NUMBERS.fullmatch(written)
    if two:
        yield from _of_two_numbers(int(two[1]), int(two[2]))
    if _AMOUNT.fullmatch(written) and len(written) <= len(str(LARGEST)):
        yield "number", written_number(written)
    groups = re.findall(r"\d+", written)
    if groups and not re.search(r"[^\W\d_]", written):
        yield "identity", ", ".join(spell_digits(group) for group in groups)


def _of_two_numbers(first: int, second: int) -> Iterator[tuple[str, str]]:
    if said := day_and_month(first, second):
        yield "date", said
    yield "fraction", f"{cardinal(first)} phần {in_a_row(second)}"
    yield "range", f"{cardinal(first)} đến {cardinal(second)}"
    yield "ratio", f"{cardinal(first)} trên {cardinal(second)}"
    yield "score", f"{cardinal(first)} {cardinal(second)}"
    yield "address", f"{cardinal(first)} xuyệt {cardinal(second)}"


def _by_sound(spot: _SpotInLine) -> Iterator[tuple[str, str]]:
    """A word as a foreign one, and letter by letter; a Vietnamese word is only what it is."""
    word = spot.written.replace(".", "")
    if not word.isalnum() or word.isdecimal() or (is_syllable(word) and not word.isupper()):
        return
    near = transliterated(word) if word.islower() or word.istitle() else None
    if near:
        yield "respelt", near
    yield "spelt", spell(word)
