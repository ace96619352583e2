"""The radio register: fields as an announcer says them, each with what stands around it (docs/reading.md).

It sees the hits of a whole line. Rules never do: they look at literal words alone, so a text is understood
in the same way in both registers.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from tts.normalization.cues import Cues, compiled
from tts.normalization.fields import (
    DayOfMonth,
    DigitGroups,
    DocumentSign,
    ListMark,
    NumberedDocument,
    PlainNumber,
    Quantity,
    WebAddress,
)
from tts.normalization.numbers import cardinal, in_a_row, ordinal, spell_digits
from tts.normalization.scene import Hit
from tts.normalization.syllables import bare_letters

_CUE: Final = Cues("radio")

_MUNG, _LAST_DAY = 10, 31
_WORDS_BACK: Final = 12  # hits; each says a word or more
_MOST_IN_GROUP: Final = 4
_TOLD_TWICE: Final = {"phone": 7, "account": 6}  # figures from which on a number is said once more
_UNTIL: Final = frozenset({"đến", "đến ngày", "tới", "tới ngày", "đến hết ngày", "đến hết"})
_METRES: Final = re.compile(r"([1-9]\d{0,2})[.,](\d{1,2})")
_OPENS: Final = compiled(r"/ |\. (?=[A-ZĐÀ-Ỹ])")
_ONE_TEXT: Final = "giây phút giờ ngày đêm tuần tháng quý năm vụ lần lượt bữa buổi chuyến kỳ đợt ca tiết học"
_ONE_OF: Final = frozenset(_ONE_TEXT.split())
"""Of these an announcer says one: "một tháng"; of other things each: "mỗi lít"."""
_CHAIN_FOLLOWS: Final = re.compile(r"[^\W\d_]+(?: [^\W\d_]+){0,2} ?/ ?[^\W\d_]")
_CHAIN_BEFORE: Final = re.compile(r"/ ?[^\W\d_]+(?: [^\W\d_]+){0,2} ?$")
_LONGEST_CHAIN: Final = 32  # characters
_GOES_ON: Final = ("mười", "mươi", "trăm", "nghìn")
"""After these "năm" would be heard as a five: "một trăm, năm hai nghìn không trăm mười chín"."""
_MARKED: Final = {"letter": "Điểm", "part": "Phần", "section": "Mục"}


class _Line:
    """The hits of one line in the literal register, and what was told already in the text."""

    def __init__(self, line: str, hits: Sequence[tuple[int, Hit]], told: set[str]) -> None:
        self.line = line
        self.hits = hits
        self.told = told

    def hit(self, at: int) -> Hit | None:
        """The hit at an index, or None beyond the line."""
        return self.hits[at][1] if 0 <= at < len(self.hits) else None

    def said_before(self, at: int) -> str:
        """Literal words before a hit, without marks."""
        said = " ".join(hit.spoken for _, hit in self.hits[max(0, at - _WORDS_BACK) : at])
        return " ".join(re.sub(r"[,:]", "", said.lower()).split())

    def day_at(self, at: int) -> DayOfMonth | None:
        """The single day that a hit says, if it does."""
        hit = self.hit(at)
        found = hit.fields if hit else None
        return found if isinstance(found, DayOfMonth) and len(found.days) == 1 else None

    def is_until(self, at: int) -> bool:
        """Whether a hit says "until", between the ends of a range."""
        hit = self.hit(at)
        return bool(
            hit and (hit.rule == "range" or hit.spoken in _UNTIL) and hit.spoken.startswith(("đ", "t"))
        )


def on_air(line: str, hits: Sequence[tuple[int, Hit]], told: set[str]) -> list[Hit]:
    """The hits of a line as they are said on air; `told`: numbers that this text said twice already."""
    view = _Line(line, hits, told)
    said = [_said(view, at, hit) for at, (_, hit) in enumerate(hits)]
    for at, (_, hit) in enumerate(hits):
        if hit.rule == "bracket" and line[hit.end - 1] == "(":
            for inside in _repeated(view, at):
                said[inside] = replace(said[inside], spoken="", after=False)
    return said


def may_differ(hit: Hit) -> bool:
    """Whether a hit has fields that an announcer may say otherwise."""
    return type(hit.fields) in _VERBALISERS


def _said(view: _Line, at: int, hit: Hit) -> Hit:
    verbalise, word = _VERBALISERS.get(type(hit.fields)), _OF_RULES.get(hit.rule)
    spoken = verbalise(view, at, hit.fields) if verbalise else word(view, at, hit) if word else hit.spoken
    if spoken == hit.spoken:
        return hit
    return replace(hit, spoken=spoken, after=hit.after or isinstance(hit.fields, DigitGroups))


def _sign(view: _Line, at: int, hit: Hit) -> str:
    """A mark between words: after the mark of an item a comma, nothing before a height over an alarm."""
    if hit.spoken == "." and _is_item(view, at - 1):
        return ","
    return "" if hit.spoken in {":", ","} and _is_of_alarm(view, at + 1) else hit.spoken


def _repeated(view: _Line, at: int) -> range:
    """The hits in brackets that say again what stands before: "Bộ Giáo dục và Đào tạo (Bộ GDĐT)"."""
    for end in range(at + 1, min(at + 8, len(view.hits))):
        hit = view.hits[end][1]
        if hit.rule == "bracket":
            inside = " ".join(one.spoken for _, one in view.hits[at + 1 : end]).lower()
            again = f" {view.said_before(at)}".endswith(f" {inside}")
            return range(at, end + 1) if again and len(inside.split()) > 1 else range(0)
    return range(0)


def _document(_view: _Line, _at: int, found: NumberedDocument) -> str:
    """Kind, issuer and year once each: "Quyết định số một trăm tám mươi ba của Thủ tướng Chính phủ"."""
    sign = found.sign
    if sign and not sign.is_sure:
        return found.literal()
    year = f"năm {cardinal(found.year)}" if found.year and not found.is_year_said else ""
    apart = year and (found.number.startswith("không ") or found.number.endswith(_GOES_ON))
    number = _joined(f"{found.number}," if apart else found.number, year)
    return _signed(number, sign, found) if sign else number


def _signed(number: str, sign: DocumentSign, found: NumberedDocument) -> str:
    """The number with its kind before it and its issuer behind, each unless it is said already."""
    kind = "" if found.is_kind_said and number else sign.kind
    if not sign.issuer and number:  # what it is about: "xử phạt hành chính"
        matter = sign.said if kind else sign.said.removeprefix(sign.kind).lstrip()
        return f"{number}, {matter}".rstrip(", ")
    issuer = f"của {sign.issuer}" if sign.issuer and not found.is_issuer_said else ""
    if kind and found.is_number_said:
        return _joined(f"{number},", kind, issuer)
    return _joined(kind, "số" if kind and number else "", number, issuer)


def _joined(*words: str) -> str:
    return " ".join(filter(None, words))


def _day(view: _Line, at: int, found: DayOfMonth) -> str:
    """Day, month and year: "mùng" for the first ten days; in a range "ngày", month and year are said once."""
    if found.is_street:
        return found.literal()
    begins = view.is_until(at + 1) and view.day_at(at + 2)
    ends = view.is_until(at - 1) and (view.day_at(at - 2) or _is_day_of_range(view, at - 2))
    once = begins if len(found.days) == 1 else None
    same_year = bool(once and (found.year or once.year) in {once.year, None})
    same_month = bool(same_year and once and once.month == found.month)
    named = found.names_it and not ends
    already = view.said_before(at).endswith(("mùng", "mồng", "rằm"))
    days = found.joint.join(map(cardinal if already else _day_said, found.days))
    of_month = "" if same_month else f"tháng {in_a_row(found.month)}"
    of_year = f"năm {cardinal(found.year)}" if found.year and not same_year else ""
    return _joined("ngày" if named else "", days, of_month, of_year)


def _day_said(day: int) -> str:
    return f"mùng {cardinal(day)}" if day <= _MUNG else cardinal(day)


def _is_day_of_range(view: _Line, at: int) -> bool:
    """Whether a bare number begins a range of days: the 1 of "từ 1-24/12"."""
    hit = view.hit(at)
    last = view.day_at(at + 2)
    first = hit.fields.value if hit and isinstance(hit.fields, PlainNumber) else None
    return bool(first and last and view.is_until(at + 1) and first < last.days[0] <= _LAST_DAY)


def _number(view: _Line, at: int, found: PlainNumber) -> str:
    place, hit = view.hits[at]
    if not found.value or found.value > _LAST_DAY:
        return found.said
    if _is_item(view, at):
        return f"thứ {ordinal(found.value)}"
    if not view.line[place].isdecimal():
        return found.said
    if _is_day_of_range(view, at):
        told = found.value <= _MUNG or _CUE.day_told.search(view.said_before(at))
        return _day_said(found.value) if told else f"ngày {cardinal(found.value)}"
    of_month = _CUE.month_follows.match(view.line, hit.end) and _CUE.day_listed.search(view.said_before(at))
    return _day_said(found.value) if of_month else found.said


def _is_item(view: _Line, at: int) -> bool:
    """Whether a number or letter opens an item in a line: "(1) …; (2) …", "1) …; 2) …"."""
    place, hit = view.hits[at]
    if at < 0 or not (isinstance(hit.fields, PlainNumber) or hit.rule == "letter"):
        return False
    opened = view.line[place - 1 : place] == "("
    before = view.hit(at - 1 - opened)
    if not (view.line.startswith(") ", hit.end) or (not opened and _OPENS.match(view.line, hit.end))):
        return False
    if before is None or before.spoken[-1:] in {*".;:", *([","] if opened else [])}:
        return opened or isinstance(view.hits[0][1].fields, ListMark)
    return False


def _quantity(view: _Line, at: int, found: Quantity) -> str:
    before = view.hit(at - 1)
    is_area = before is not None and before.rule == "times"  # "2 m x 3 m"
    measured = found.unit == "mét" and not (found.scale or view.is_until(at - 1) or is_area)
    metres = _METRES.fullmatch(found.written) if measured else None
    said = _in_metres(metres) if metres else _joined(found.number, found.scale, found.unit)
    if found.per:
        said = f"{said} {_each(view, at, found)} {found.per}"
    return f"là {said}" if _is_of_alarm(view, at) else said


def _in_metres(found: re.Match[str]) -> str:
    """A height or a length: "một mét sáu mươi tám", "hai mét rưỡi", "ba mét không năm"."""
    whole, rest = f"{cardinal(int(found[1]))} mét", found[2]
    if rest == "5":
        return f"{whole} rưỡi"
    if not int(rest):
        return whole
    return f"{whole} {spell_digits(rest) if rest[0] == '0' else cardinal(int(rest))}"


def _is_of_alarm(view: _Line, at: int) -> bool:
    """Whether a hit is the height above a level of alarm: "trên BĐ3: 1,68 m"."""
    hit = view.hit(at)
    found = hit.fields if hit else None
    if not isinstance(found, Quantity) or not found.unit.endswith("mét"):
        return False
    return _CUE.alarm.search(view.said_before(at)) is not None


def _each(view: _Line, at: int, found: Quantity) -> str:
    if _is_concentration(found.unit, found.per):
        return "trên"
    follows = view.hit(at + 1)
    one = found.per.split()[0] in _ONE_OF or (follows is not None and follows.rule == "per")
    return "một" if one else "mỗi"


def _is_concentration(of: str, per: str) -> bool:
    return _CUE.solved.match(of) is not None and _CUE.solvent.match(per) is not None


def _per(view: _Line, at: int, hit: Hit) -> str:
    """What a slash says: "một tháng", "mỗi lít", "một người một năm", "trong hai mươi tư giờ"."""
    follows = view.hit(at + 1)
    if follows is None or not follows.spoken or hit.spoken != "trên":
        return hit.spoken
    if follows.rule == "time":
        return "trong"
    if view.line[view.hits[at + 1][0]].isdecimal():
        one = isinstance(follows.fields, PlainNumber) and follows.fields.value == 1
        return "" if one else hit.spoken
    start, first = view.hits[at][0], follows.spoken.split()[0]
    counted = view.hit(at - 1)
    unit = counted.fields.unit if counted and isinstance(counted.fields, Quantity) else ""
    shared = unit in {"mét", "phần trăm"} or (counted is not None and counted.rule == "power")
    if first not in _ONE_OF and (shared or _is_concentration(unit, follows.spoken)):
        return hit.spoken
    chained = _CHAIN_FOLLOWS.match(view.line, hit.end) or _CHAIN_BEFORE.search(
        view.line[max(0, start - _LONGEST_CHAIN) : start]
    )
    return "một" if chained or first in _ONE_OF else "mỗi"


def _digits(view: _Line, _at: int, found: DigitGroups) -> str:
    """Figures in threes and fours; a telephone or an account is said once more where it is told first."""
    figures = "".join(found.groups)
    groups = found.groups
    if len(groups) == 1 or not all(1 < len(group) <= _MOST_IN_GROUP for group in groups):
        groups = _in_groups(figures)
    said = ", ".join(map(spell_digits, groups))
    said = f"cộng {said}" if found.is_abroad else said
    if len(figures) < _TOLD_TWICE.get(found.of, len(figures) + 1) or figures in view.told:
        return said
    view.told.add(figures)
    return f"{said}, xin nhắc lại, {said}"


def _in_groups(figures: str) -> tuple[str, ...]:
    """Groups of three and four, the longer ones first: 4-3-3 of ten figures, 4-4-4 of twelve."""
    count = -(-len(figures) // _MOST_IN_GROUP)
    size, longer = divmod(len(figures), count)
    ends = [place * size + min(place, longer) for place in range(count + 1)]
    return tuple(figures[start:end] for start, end in pairwise(ends))


def _mark(_view: _Line, _at: int, found: ListMark) -> str:
    if found.kind == "number":
        return f"Thứ {ordinal(found.value)}"
    return f"{_MARKED[found.kind]} {found.said}" if found.kind in _MARKED else found.said


def _address(_view: _Line, _at: int, found: WebAddress) -> str:
    """An address so that one can write it down: in parts, and that a name is one word without marks."""
    parts = found.parts[2:] if found.parts[:1] and found.parts[0][0].lower() == "www" else found.parts
    said = ""
    told = False
    for written, words in parts:
        if not words:
            continue
        joined = written.isalpha() and " " in words and bare_letters(words) == written.lower()
        pause = "," if said and not written.isalnum() else ""
        said += f"{pause} {words}" + (" viết liền không dấu" if joined and not told else "")
        told = told or joined
    return said.strip()


_VERBALISERS: Final[dict[type[Any], Callable[[_Line, int, Any], str]]] = {
    NumberedDocument: _document,
    DayOfMonth: _day,
    PlainNumber: _number,
    Quantity: _quantity,
    DigitGroups: _digits,
    ListMark: _mark,
    WebAddress: _address,
}
_OF_RULES: Final[dict[str, Callable[[_Line, int, Hit], str]]] = {
    "plain": _sign,
    "letter": lambda view, at, hit: f"điểm {hit.spoken}" if _is_item(view, at) else hit.spoken,
    "per": _per,
}
"""Of what has no fields that are said otherwise."""
