"""Words for a match: a template with a kind for each named part (docs/reading.md, "How to add something").

"{hour} giờ[ {minute} phút]" says the parts `hour` and `minute` as numbers, and leaves out what stands in
square brackets where a part in it is empty. "{number:digits}" says a part in another way (`KINDS`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from tts.normalization.cues import cue_named
from tts.normalization.lexicon import LETTERS, POINT_LETTERS, SCALES, UNITS, rows
from tts.normalization.numbers import cardinal, in_a_row, ordinal, spell_digits, whole_value, written_number
from tts.normalization.scene import Hit, Rule, Scene, hit_of

_BRACKETED: Final = re.compile(r"\[([^\]]*)\]")
_PART: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")
_LONGEST_SHORT: Final = 4  # digits of a part of a version that are said as a number
_CAPITALS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZĐ"
_SIDES: Final = {"N": "vĩ Bắc", "B": "vĩ Bắc", "E": "kinh Đông", "Đ": "kinh Đông"}


def spell(letters: str) -> str:
    """The names of the letters and digits of an unknown sign."""
    names = (LETTERS.get(letter) or spell_digits(letter) for letter in letters.upper())
    return " ".join(filter(None, names))


def point_letter(letter: str) -> str:
    """The name of the letter that marks a point of a law."""
    return POINT_LETTERS.get(letter) or LETTERS[letter.upper()]


def number_said(written: str) -> str:
    """The number of a document; the noughts before it are said."""
    bare = written.lstrip("0")
    return "không " * (len(written) - len(bare)) + cardinal(int(bare)) if bare else cardinal(0)


def _short_number(written: str) -> str:
    return cardinal(int(written)) if len(written) <= _LONGEST_SHORT else spell_digits(written)


def _joined(joint: str, mark: str, say: Callable[[str], str]) -> Callable[[str], str]:
    return lambda written: joint.join(say(part) for part in re.split(mark, written) if part)


def _number(written: str) -> str:
    """A whole number, with the letter that may stand behind it: 15B."""
    digits = written.rstrip(_CAPITALS)
    return f"{cardinal(int(digits))} {spell(written[len(digits) :])}".rstrip()


def _number_or_letter(written: str) -> str:
    return _number(written) if written.isdecimal() else LETTERS[written.upper()]


KINDS: Final[Mapping[str, Callable[[str], str]]] = {
    "number": _number,  # 15, 15B; the kind where a template names none
    "written": written_number,  # with its thousands and decimals: 1.500, 2,5
    "roman": lambda written: cardinal(whole_value(written)),  # III or 3
    "ordinal": lambda written: ordinal(whole_value(written)),  # after "thứ": nhất, tư
    "month": lambda written: in_a_row(whole_value(written)),  # 4 is tư
    "noughts": number_said,  # 05 is không năm
    "digits": spell_digits,  # one by one
    "groups": _joined(", ", r"\D+", spell_digits),  # one by one, with a pause between groups
    "spelt": _joined(", ", " ", spell),  # letters and figures by their names
    "letter": lambda written: LETTERS[written.upper()],
    "point": point_letter,  # of a law: d is dê, đ is đê
    "list": _joined(", ", r"\D+", _number),  # 16-16-8
    "row": _joined(", ", r"\D+", lambda written: in_a_row(int(written))),  # of months or weekdays
    "points": _joined(" chấm ", r"\.", _number_or_letter),  # 2.1.b
    "version": _joined(" chấm ", r"\.", _short_number),  # 1.10.20250
    "alley": _joined(" xuyệt ", "/", _number),  # 45/2/7
    "part": lambda written: in_a_row(int(written.replace(".", ""))),  # what a whole is divided by: phần tư
    "each": lambda written: re.sub(r"\d+", lambda found: _number(found[0]), written),  # figures among words
    "unit": (SCALES | UNITS).__getitem__,
    "place": {"P": "phường", "X": "xã", "Q": "quận"}.__getitem__,
    "side": _SIDES.__getitem__,  # of the earth
    "words": str,
}


_Piece = tuple[str, Callable[[str], str] | None]


@dataclass(frozen=True, slots=True)
class WrittenForm:
    """The parts of a written form by name, as they are written, and the template that says them."""

    template: str
    parts: Mapping[str, str | None]

    def literal(self) -> str:
        """The template's words."""
        parts = self.parts
        return "".join(
            words if kind is None else kind(parts[words] or "")
            for names, pieces in _pieces(self.template)
            if all(parts[name] for name in names)
            for words, kind in pieces
        )


@cache
def _pieces(template: str) -> list[tuple[list[str], list[_Piece]]]:
    """What a template consists of: parts that must be there; words, and parts with how each is said."""
    found = []
    for place, text in enumerate(_BRACKETED.split(template)):
        words, *more = _PART.split(text)
        pieces: list[_Piece] = [(words, None)]
        for name, kind, between in zip(more[::3], more[1::3], more[2::3], strict=True):
            pieces += [(name, KINDS[kind or "number"]), (between, None)]
        names = [name for name, way in pieces if way] if place % 2 else []
        found.append((names, pieces))
    return found


def say(
    found: re.Match[str], template: str, rule: str, *, sure: bool = True, after: bool = False, **parts: str
) -> Hit:
    """A hit whose parts are the named groups of the match, and others that are given."""
    return hit_of(found.end(), WrittenForm(template, found.groupdict() | parts), rule, sure=sure, after=after)


def simple_rules(group: str) -> tuple[Rule, ...]:
    """The rules of `rules.csv` that need no code, in their order."""
    return tuple(_simple(row) for row in rows("rules") if row["group"] == group)


def _simple(row: dict[str, str]) -> Rule:
    after = cue_named(row["after"]) if row["after"] else None
    follows = cue_named(row["follows"]) if row["follows"] else None
    within = int(row["within"] or 0)

    def told(scene: Scene, found: re.Match[str]) -> Hit | None:
        if (after and not scene.cue(after, within)) or (follows and not scene.follows(follows, found.end())):
            return None
        return say(found, row["spoken"], row["class"], sure="?" not in row["how"], after="," in row["how"])

    return Rule(row["pattern"], told)
