"""The rules of all classes in their order of cost; the cheapest candidate at a place (docs/reading.md)."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from tts.normalization.addresses import ADDRESS_RULES, HANDLE
from tts.normalization.dates import DATE_RULES, DAY_AFTER_TIME
from tts.normalization.digits import (
    ARMY_PLATE,
    BOAT,
    EMBASSY_PLATE,
    FILE_CODE,
    HEALTH_CARD,
    MIXED,
    PHONE_RULES,
    PLATE_RULES,
    RATIO_OF_MORE,
    ROAD_RULES,
    SERIAL,
    SEVERAL,
)
from tts.normalization.documents import DOCUMENT_OF_YEAR, DOCUMENT_SIGN, NUMBERED_DOCUMENT
from tts.normalization.forms import FORM_RULES
from tts.normalization.houses import ALLEY, HOUSE, HOUSE_WITH_LETTERS
from tts.normalization.labels import LABEL_RULES
from tts.normalization.marks import SIGN_RULES, TIMES_RULES
from tts.normalization.months import MONTH_ALONE, MONTH_BEFORE, MONTH_OF_QUARTER, QUARTER_BEFORE, SHORT_PERIOD
from tts.normalization.patterns import compiled
from tts.normalization.quantities import (
    AMOUNT,
    COORDINATE,
    CURRENT,
    MONEY_BEFORE,
    MONEY_SIGN,
    NEGATIVE,
    NUMBER_RULES,
    POSITION,
    POWER,
    SCIENTIFIC,
)
from tts.normalization.references import REFERENCE_RULES
from tts.normalization.scene import Hit, Rule, Scene
from tts.normalization.times import TIME_RULES
from tts.normalization.weekdays import WEEKDAY
from tts.normalization.words import DIRECTIONS, UNIT_AFTER_SLASH, WARD, WORD_RULES

_LONGEST_LOCAL_PART: Final = 64  # of an e-mail address, which may begin with a figure
_TOGETHER: Final = 16  # rules; more have longer patterns, fewer have more of them
_GROUP: Final = re.compile(r"\(\?P(?P<sign>[<=])")


class Grammar:
    """Rules in their order of cost: the first that speaks is the cheapest.

    Some sixty would be asked at each place. So each few have one pattern together, and are only asked, from
    the first one on that matches, where that does.
    """

    def __init__(self, *rules: Rule) -> None:
        self.rules = rules
        self._gates = [
            (_gate(few), few)
            for start in range(0, len(self.rules), _TOGETHER)
            for few in [self.rules[start : start + _TOGETHER]]
        ]

    def candidates(self, scene: Scene, place: int) -> Iterator[Hit]:
        """What each rule says that speaks at a place, the cheapest first."""
        line = scene.line
        for gate, few in self._gates:
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


def _gate(rules: tuple[Rule, ...]) -> Callable[[str, int], re.Match[str] | None]:
    """One pattern for all: its last group names the first rule that matches."""
    parts = (f"(?:{_numbered(rule.pattern, at)})(?P<r{at}>)" for at, rule in enumerate(rules))
    return compiled("|".join(parts)).match


def _numbered(pattern: str, at: int) -> str:
    """A pattern whose groups have names of their own beside others; only whether it matches counts."""
    return _GROUP.sub(rf"(?P\g<sign>g{at}_", pattern)


_DIGITS: Final = Grammar(
    *LABEL_RULES,
    SCIENTIFIC,
    POWER,
    EMBASSY_PLATE,
    *FORM_RULES,
    NUMBERED_DOCUMENT,
    DOCUMENT_OF_YEAR,
    HOUSE,
    HOUSE_WITH_LETTERS,
    SEVERAL,
    RATIO_OF_MORE,
    *DATE_RULES,
    *TIME_RULES,
    *PHONE_RULES,
    *PLATE_RULES,
    POSITION,
    COORDINATE,
    CURRENT,
    AMOUNT,
    MIXED,
    *NUMBER_RULES,
)
_LETTERS: Final = Grammar(
    *LABEL_RULES,
    *ADDRESS_RULES,
    SHORT_PERIOD,
    QUARTER_BEFORE,
    MONTH_BEFORE,
    MONTH_OF_QUARTER,
    MONTH_ALONE,
    WEEKDAY,
    ALLEY,
    MONEY_BEFORE,
    *REFERENCE_RULES,
    *ROAD_RULES,
    BOAT,
    ARMY_PLATE,
    HEALTH_CARD,
    SERIAL,
    FILE_CODE,
    DIRECTIONS,
    DOCUMENT_SIGN,
    WARD,
    MIXED,
    *TIMES_RULES,
    *WORD_RULES,
)
_SIGNS: Final = Grammar(
    *PHONE_RULES[:2],
    MONEY_SIGN,
    NEGATIVE,
    HANDLE,
    DAY_AFTER_TIME,
    *SIGN_RULES,
)
_AFTER_SLASH: Final = Grammar(UNIT_AFTER_SLASH, *_LETTERS.rules)
_MAIL_OR_DIGITS: Final = Grammar(*ADDRESS_RULES, *_DIGITS.rules)


def grammar_at(line: str, place: int) -> Grammar:
    """The grammar for what begins with the character at a place."""
    character = line[place]
    if character.isalpha():
        return _AFTER_SLASH if line[place - 1 : place] == "/" else _LETTERS
    if not character.isdecimal():
        return _SIGNS
    return _MAIL_OR_DIGITS if "@" in line[place : place + _LONGEST_LOCAL_PART] else _DIGITS
