"""The rules of all classes in their order of cost; the cheapest candidate at a place (docs/reading.md)."""

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Final

from tts.normalization.addresses import ADDRESS_RULES, HANDLE
from tts.normalization.cues import compiled
from tts.normalization.dates import DATE_RULES, DAY_AFTER_TIME
from tts.normalization.digits import CODE_RULES, MIXED, PHONE_RULES, ROAD_RULES, SERIES_RULES
from tts.normalization.documents import DOCUMENT_RULES, DOCUMENT_SIGN, FORM_RULES
from tts.normalization.houses import HOUSE_RULES
from tts.normalization.labels import ITEM_IN_LINE, LABEL_RULES
from tts.normalization.marks import SIGN_RULES, TIMES_RULES
from tts.normalization.periods import PERIOD_RULES
from tts.normalization.quantities import AMOUNT, COORDINATE, MONEY_BEFORE, NUMBER_RULES, SIGNED_RULES
from tts.normalization.references import REFERENCE_RULES
from tts.normalization.scene import Hit, Rule, Scene
from tts.normalization.templates import simple_rules
from tts.normalization.times import TIME_RULES
from tts.normalization.words import DIRECTIONS, UNIT_AFTER_SLASH, WARD, WORD_RULES

_LONGEST_LOCAL_PART: Final = 64  # of an e-mail address, which may begin with a figure
_TOGETHER: Final = 16  # rules; more have longer patterns, fewer have more of them
_GROUP: Final = re.compile(r"\(\?P(?P<sign>[<=])")


_Gate = Callable[[str, int], re.Match[str] | None]


class Grammar:
    """Rules in their order of cost: the first that speaks is the cheapest.

    Some sixty would be asked at each place. So each few have one pattern together, and are only asked, from
    the first one on that matches, where that does.
    """

    def __init__(self, *rules: Rule, then: "Grammar | None" = None) -> None:
        self._rules, self._then = rules, then

    @cached_property
    def gates(self) -> list[tuple[_Gate, tuple[Rule, ...]]]:
        """The common pattern of each few rules; compiled when a text is first read."""
        cut = (self._rules[start : start + _TOGETHER] for start in range(0, len(self._rules), _TOGETHER))
        return [(_gate(few), few) for few in cut] + (self._then.gates if self._then else [])

    def candidates(self, scene: Scene, place: int) -> Iterator[Hit]:
        """What each rule says that speaks at a place, the cheapest first."""
        line = scene.line
        for gate, few in self.gates:
            opened = gate(line, place)
            if opened is None:
                continue
            for rule in few[int((opened.lastgroup or "r0")[1:]) :]:
                found = rule.match(line, place)
                if found is not None and (hit := rule.say(scene, found)) is not None:
                    yield hit

    def cheapest(self, scene: Scene, place: int) -> Hit | None:
        """The first candidate, if there is one."""
        return next(self.candidates(scene, place), None)


def _gate(rules: tuple[Rule, ...]) -> _Gate:
    """One pattern for all, their groups renamed: its last group names the first rule that matches."""
    renamed = (_GROUP.sub(rf"(?P\g<sign>g{at}_", rule.pattern) for at, rule in enumerate(rules))
    return compiled("|".join(f"(?:{pattern})(?P<r{at}>)" for at, pattern in enumerate(renamed))).match


_DIGITS: Final = Grammar(
    *simple_rules("powers"),
    *FORM_RULES,
    *DOCUMENT_RULES,
    *HOUSE_RULES,
    *SERIES_RULES,
    *DATE_RULES,
    *TIME_RULES,
    *PHONE_RULES,
    *simple_rules("plates"),
    *simple_rules("positions"),
    COORDINATE,
    *simple_rules("currents"),
    AMOUNT,
    MIXED,
    *NUMBER_RULES,
)
_LETTERS: Final = Grammar(
    ITEM_IN_LINE,
    *ADDRESS_RULES,
    *simple_rules("periods"),
    *PERIOD_RULES,
    *simple_rules("alleys"),
    MONEY_BEFORE,
    *REFERENCE_RULES,
    *ROAD_RULES,
    *simple_rules("marks of things"),
    *CODE_RULES,
    DIRECTIONS,
    DOCUMENT_SIGN,
    WARD,
    MIXED,
    *TIMES_RULES,
    *WORD_RULES,
)
_SIGNS: Final = Grammar(
    *PHONE_RULES[:2],
    *SIGNED_RULES,
    HANDLE,
    DAY_AFTER_TIME,
    *SIGN_RULES,
)
_UNIT_OR_LETTERS: Final = Grammar(UNIT_AFTER_SLASH, then=_LETTERS)
_LABEL_OR_LETTERS: Final = Grammar(*LABEL_RULES, then=_LETTERS)
_LABEL_OR_DIGITS: Final = Grammar(*LABEL_RULES, then=_DIGITS)
_MAIL_OR_DIGITS: Final = Grammar(*ADDRESS_RULES, then=_DIGITS)
_MAIL_OR_LABEL: Final = Grammar(*ADDRESS_RULES, then=_LABEL_OR_DIGITS)


def grammar_at(scene: Scene, place: int) -> Grammar:
    """The grammar for what begins with the character at a place; labels stand at a line's start alone."""
    line, character = scene.line, scene.line[place]
    if character.isalpha():
        other = _UNIT_OR_LETTERS if line[place - 1 : place] == "/" else _LETTERS
        return _LABEL_OR_LETTERS if scene.at_start else other
    if not character.isdecimal():
        return _SIGNS
    if "@" in line[place : place + _LONGEST_LOCAL_PART]:
        return _MAIL_OR_LABEL if scene.at_start else _MAIL_OR_DIGITS
    return _LABEL_OR_DIGITS if scene.at_start else _DIGITS
