"""Roman numbers, and capitals that only look like them."""

import re
from typing import Final

from tts.normalization.cues import Cues
from tts.normalization.lexicon import ABBREVIATIONS
from tts.normalization.numbers import roman_value
from tts.normalization.scene import Hit, Rule, Scene
from tts.normalization.syllables import is_syllable
from tts.normalization.templates import say, simple_rules

_CUE: Final = Cues("roman")

_SUMMED: Final = re.compile(r" ?\+ ?[IVX]{1,4}(?!\w)")  # "tổng (I + II)"
_SUM_BEFORE: Final = re.compile(r"(?<!\w)[IVX]{1,4} ?\+$")


def _roman(scene: Scene, found: re.Match[str]) -> Hit | None:
    value = roman_value(found.group())
    if value is None:
        return None
    cued = scene.cue(_CUE.roman, 2) or (found.group() in {"I", "V"} and scene.cue(_CUE.part, 2))
    listed = scene.rule == "roman" and scene.before(found.start())[-1:] == ","
    if not (cued or listed) and is_syllable(found.group()) and in_headline(scene, found):
        return None  # "VI PHẠM", "XI MĂNG"
    summed = _SUMMED.match(scene.line, found.end()) or _SUM_BEFORE.search(scene.before(found.start()))
    chained = listed or summed or (scene.cue(_CUE.roman_chain, 1) and scene.cue(_CUE.roman_series, 6))
    first = value == 1 and _CUE.second_follows.match(scene.line, found.end())
    if not cued and not chained and not first and len(found.group()) == 1:
        return None
    template = "{roman:ordinal}" if scene.cue(_CUE.ordinal, 1) else "{roman:roman}"
    may_be_letter = len(found.group()) == 1 and scene.cue(_CUE.lettered, 1)
    return say(found, template, "roman", sure=not may_be_letter)


def _roman_and_letter(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A part of what a Roman number counts: "nhóm IIB", "mục Ia"."""
    listed = scene.rule == "roman" and scene.before(found.start())[-1:] == ","
    if roman_value(found["roman"]) is None or not (listed or scene.cue(_CUE.roman, 2)):
        return None
    return say(found, "{roman:roman} {letter:letter}", "roman")


def in_headline(scene: Scene, found: re.Match[str]) -> bool:
    """Whether a neighbour is a whole word in capitals ("BAN HÀNH"): then this is a word too."""
    before = scene.before(found.start()).rsplit(" ", 1)[-1].lstrip("\"'(")
    after = scene.after(found.end()).split(" ", 1)[0].rstrip("\"'),.;:")
    return any(
        word.isupper() and len(word) > 1 and is_syllable(word) and word not in ABBREVIATIONS
        for word in (before, after)
    )


ROMAN_RULES: Final[tuple[Rule, ...]] = (
    *simple_rules("roman labels"),
    *simple_rules("periods and places"),
    Rule(r"(?P<roman>[IVX]+)(?!\w)", _roman),
    Rule(
        r"(?P<roman>[IVX]{2,5}(?=[A-D])|I(?=[AB])|[IVX]{1,5}(?=[a-dđ]))(?P<letter>\w)(?!\w)",
        _roman_and_letter,
    ),
)
