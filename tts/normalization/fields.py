"""What a class of written forms holds, typed, and its words in the literal register (docs/reading.md).

The radio register says the same fields otherwise (`radio.py`).
"""

import re
from dataclasses import dataclass
from typing import Literal, Protocol

from tts.normalization.numbers import cardinal, in_a_row, spell_digits


class Fields(Protocol):
    """The fields of one written form."""

    def literal(self) -> str:
        """The words for all that is written, in its order."""


@dataclass(frozen=True, slots=True)
class DocumentSign:
    """What the letters of a document say: its kind, who issued it, and all of it in its order.

    A matter ("xử phạt hành chính") and the desk of a letter are in `said` alone. `is_sure`: every part is
    known; `known`: how many are.
    """

    kind: str
    issuer: str
    said: str
    known: int
    is_sure: bool


@dataclass(frozen=True, slots=True)
class NumberedDocument:
    """1322/QĐ-UBND; `number` is in words, `comes_late`: the year stands behind the sign.

    What stands around it: whether its kind was said just before, whether "số" was, whether its issuer is
    said before or after, and whether its date follows with the same year.
    """

    number: str
    year: int | None = None
    sign: DocumentSign | None = None
    comes_late: bool = False
    is_kind_said: bool = True
    is_number_said: bool = True
    is_issuer_said: bool = False
    is_year_said: bool = False

    def literal(self) -> str:
        """The number, its year and its sign, with pauses between."""
        year = f"năm {cardinal(self.year)}" if self.year else ""
        sign = self.sign.said if self.sign else ""
        parts = (self.number, sign, year) if self.comes_late else (self.number, year, sign)
        return ", ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """A day, or several of one month; `joint` stands between them. `names_it`: "ngày" is said, too."""

    days: tuple[int, ...]
    month: int
    year: int | None = None
    names_it: bool = False
    joint: str = ", "
    is_street: bool = False

    def literal(self) -> str:
        """Day, month and year."""
        days = self.joint.join(map(cardinal, self.days))
        year = f" năm {cardinal(self.year)}" if self.year else ""
        return f"{'ngày ' if self.names_it else ''}{days} tháng {in_a_row(self.month)}{year}"


@dataclass(frozen=True, slots=True)
class PlainNumber:
    """A number that nothing else claims; `said` in words."""

    value: int | None
    said: str

    def literal(self) -> str:
        """The number in words."""
        return self.said


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a scale or a unit, and what it is for each of; all but `written` in words."""

    written: str
    number: str
    scale: str = ""
    unit: str = ""
    per: str = ""

    def literal(self) -> str:
        """The number with its unit, a slash as "trên"."""
        per = f"trên {self.per}" if self.per else ""
        return " ".join(filter(None, (self.number, self.scale, self.unit, per)))


@dataclass(frozen=True, slots=True)
class DigitGroups:
    """Figures that are a name: a telephone, an account, another number of identity."""

    written: str
    of: Literal["phone", "account", "other"]
    is_abroad: bool = False

    @property
    def groups(self) -> tuple[str, ...]:
        """The figures in the groups in which they are written."""
        return tuple(filter(None, re.split(r"\D+", self.written)))

    def literal(self) -> str:
        """Digits one by one, with a comma where the number is written in groups."""
        return ("cộng " if self.is_abroad else "") + ", ".join(map(spell_digits, self.groups))


@dataclass(frozen=True, slots=True)
class ListMark:
    """What opens an item of a list; `said` in words."""

    kind: Literal["number", "letter", "part", "section", "item"]
    said: str
    value: int = 0

    def literal(self) -> str:
        """The mark in words."""
        return self.said


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address of the web or of mail: names and signs as written, and what is said for each."""

    parts: tuple[tuple[str, str], ...]

    def literal(self) -> str:
        """Names and signs as they stand."""
        return " ".join(said for _, said in self.parts if said)
