"""From the written text to spans: each place is offered to the rules in a fixed order."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from tts.manners import Region, Register
from tts.normalization.alignment import Alignment, JoinedSpeech
from tts.normalization.cleaning import clean
from tts.normalization.cues import Cues, compiled
from tts.normalization.grammar import grammar_at
from tts.normalization.legacy import from_legacy
from tts.normalization.lexicon import ABBREVIATIONS, NO_WORDS
from tts.normalization.marks import any_sign
from tts.normalization.mending import mend
from tts.normalization.province import own_words
from tts.normalization.quantities import counted_hectares
from tts.normalization.radio import on_air
from tts.normalization.regions import in_region
from tts.normalization.result import Reading, ReadingWarning
from tts.normalization.scene import Hit, OwnEntries, Scene
from tts.normalization.syllables import is_syllable
from tts.normalization.words import unknown_word

_MARKS: Final = Cues("marks")
_WORD: Final = re.compile(r"[^\W\d_]+")
_LATIN: Final = compiled("[a-zđà-ỹ]")
_GLUED: Final = re.compile(r"[@&\d_]|[-.][^\W_]")  # then even a syllable may be part of something else
_RUN: Final = re.compile(
    r"[^\W\d_]{2,7}(?: [^\W\d_]{2,7}){0,30}(?= |$|[,;:?!)])"
)  # bounded: lines may be long
_HECTARES: Final = "ha"  # the one unit that is a syllable: "mỗi ha"
_SIGNATURE: Final = re.compile(r"[A-ZĐ]{2,4}")


def read(
    text: str,
    *,
    words: Mapping[str, str] = NO_WORDS,
    region: Region = "north",
    register: Register = "literal",
) -> Reading:
    """Read a text: written into spoken, a line for a line; never raises for what a text may hold.

    `words` are a province's own (written to spoken), which win over the built-in lists; an entry that
    `check_entry` refuses is passed over. `region` chooses how numbers are spoken, `register` whether
    all that is written is said, or what an announcer says.
    """
    told: set[str] | None = set() if register == "radio" else None
    alignment, own = prepared(text, words)
    definitions: dict[str, str] = {}
    spoken: list[str] = []
    lines = alignment.written.split("\n")
    signature = _signature_line(lines)
    offset = 0
    for number, line in enumerate(lines):
        if number == signature or _MARKS.caption_line.fullmatch(line.strip()):
            start = offset + len(line) - len(line.lstrip())
            rule = "signature" if number == signature else "caption"
            alignment.add(start, start + len(line.strip()), Hit(len(line), "", rule))
            spoken.append("")
        else:
            spoken.append(_read_line(Scene(line, definitions, own, region), offset, alignment, told))
        alignment.close()
        offset += len(line) + 1
    return Reading(alignment.written, "\n".join(spoken), tuple(alignment.spans), tuple(alignment.warnings))


def prepared(text: str, words: Mapping[str, str]) -> tuple[Alignment, OwnEntries | None]:
    """A text in Unicode, cleaned and mended, with the warnings of that; and the province's words for it."""
    text, encoding, unsure = from_legacy(text)
    cleaned, had_tags = clean(text)
    own = own_words(words) if words else None
    alignment = Alignment(*mend(cleaned, own))
    if encoding:
        sentence = f"Văn bản ở bảng mã cũ {encoding}, đã được chuyển sang Unicode. Hãy xem lại từng chữ."
        told = ", ".join(f"“{now}” (hay “{then}”?)" for now, then in unsure)
        sentence += f" Chữ đọc được cả hai cách, giữ nguyên: {told}." if told else ""
        alignment.warnings.append(ReadingWarning("encoding", sentence, 0, 0))
    if had_tags:
        sentence = "Văn bản có thẻ HTML; các thẻ đã bị bỏ, chỉ đọc phần chữ."
        alignment.warnings.append(ReadingWarning("html", sentence, 0, 0))
    return alignment, own


def _signature_line(lines: list[str]) -> int | None:
    """The last line, where it is only the writer's initials below a text."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    if len(filled) > 1:
        last = lines[filled[-1]].strip()
        if _SIGNATURE.fullmatch(last) and last not in ABBREVIATIONS and not is_syllable(last):
            return filled[-1]
    return None


def _read_line(scene: Scene, offset: int, alignment: Alignment, told: set[str] | None) -> str:
    speech, region = JoinedSpeech(), scene.region
    found = list(hits(scene))
    said = [hit for _, hit in found] if told is None else on_air(scene.line, found, told)
    for (place, _), hit in zip(found, said, strict=True):
        here = replace(hit, spoken=in_region(hit.spoken, hit.rule, region)) if region != "north" else hit
        speech.add(here.spoken, soft=here.after)
        alignment.add(offset + place, offset + here.end, here)
    return speech.text()


def hits(scene: Scene, place: int = 0, end: int | None = None) -> Iterator[tuple[int, Hit]]:
    """Read a line from a place on: each place and what is said for it, in the literal register.

    The scene has not heard a hit while it is handed out. With an `end`, a hit that passes it is the last.
    """
    line = scene.line
    while place < (len(line) if end is None else end):
        if line[place] == " ":
            scene.spaced = True
            place += 1
            continue
        hit = _plain_run(scene, place) or counted_hectares(scene, next_hit(scene, place))
        yield place, hit
        if hit.rule == "province":
            _hear_as_written(scene, place, hit.end)
        else:
            scene.hear(hit)
        scene.spaced = False
        place = hit.end


def _hear_as_written(scene: Scene, place: int, end: int) -> None:
    """Remember what would be said if the province had taught nothing here: the rest is read as without it."""
    own, line = scene.own, scene.line
    scene.own = None
    while place < end:
        if line[place] == " ":
            scene.spaced = True
            place += 1
            continue
        hit = next_hit(scene, place)
        if hit.end > end:  # one rule spoke for what was taught and for what follows
            scene.line = line[:end]
            hit = next_hit(scene, place)
        scene.hear(hit)
        scene.spaced = False
        place = hit.end
    scene.own, scene.line = own, line


def _plain_run(scene: Scene, place: int) -> Hit | None:
    """Ordinary words, many at a time: most of a text is nothing else, and no rule looks at them."""
    found = None if place and scene.line[place - 1] == "/" else _RUN.match(scene.line, place)
    if found is None:
        return None
    words, own = found.group().split(" "), scene.own
    special = (at for at, word in enumerate(words) if not _is_plain(word) or (own and own.begins(word)))
    count = next(special, len(words))
    said = " ".join(words[:count])
    return Hit(place + len(said), said, "plain") if said else None


@lru_cache(maxsize=32_768)
def _is_plain(word: str) -> bool:
    return is_syllable(word) and not word.isupper() and word[1:] == word[1:].lower() and word != _HECTARES


def next_hit(scene: Scene, place: int) -> Hit:
    """What is said at a place that no white space stands at."""
    own = scene.own.match(scene.line, place) if scene.own else None
    if own and any(one.isalpha() for one in scene.line[place : own.end]):
        return own
    hit = _rule_hit(scene, place)
    return own if own and own.end == hit.end else hit  # a number is replaced whole, never a part of one


def _rule_hit(scene: Scene, place: int) -> Hit:
    line = scene.line
    found = _WORD.match(line, place) if line[place].isalpha() else None
    if found is None:
        return grammar_at(scene, place).cheapest(scene, place) or any_sign(scene, place)
    word, end = found.group(), found.end()
    per = scene.words[-1:] == ["trên"] and line[place - 1] == "/"
    syllable = is_syllable(word)
    plain = syllable and len(word) > 1 and not word.isupper() and word not in {_HECTARES, "hA"}
    if plain and not per and not _GLUED.match(line, end):
        return Hit(end, word[0] + word[1:].lower(), "plain")
    hit = grammar_at(scene, place).cheapest(scene, place)
    if hit:
        return hit
    if syllable:
        return Hit(end, word.lower() if word.isupper() else word[0] + word[1:].lower(), "plain")
    return _strange_word(scene, found)


def _strange_word(scene: Scene, found: re.Match[str]) -> Hit:
    word = found.group()
    hit = unknown_word(scene, found) if _LATIN.search(word.lower()) else None
    if hit and hit.spoken:
        return hit
    warning = ("leftover", f"Chữ “{word[:40]}” không phải tiếng Việt nên bị bỏ qua.")
    return Hit(found.end(), "", "leftover", sure=False, warning=warning)
