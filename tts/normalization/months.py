"""Months and quarters in short form: T9, T5/2025, Q3/2025, T10+T11/2025."""

import re
from typing import Final

from tts.normalization.fields import month
from tts.normalization.numbers import cardinal, roman_value
from tts.normalization.scene import Hit, Rule, Scene, matching

_MONTHS, _QUARTERS = 12, 4
_AROUND: Final = 48  # characters
_MONTHLY: Final = re.compile(r"\b(?:kỳ|nợ|tiền điện|tiền nước|hóa đơn|lương|trợ cấp|học phí)\b")
_COMPARED: Final = re.compile(r"\b(?:so(?: với)?|cùng kỳ|trong|hết|cuối|đầu|giữa)$")  # "so với T10"
_QUARTER_SAID: Final = re.compile(r"\bquý (một|hai|ba|bốn)(?: [^ ]+){0,16}$")
_QUARTER_NUMBERS: Final = {"một": 1, "hai": 2, "ba": 3, "bốn": 4}
_OF_EACH_MONTH: Final = re.compile(r"\b(?:tiền|phí|thu|quỹ|phụ cấp|công nợ|báo cáo|số liệu|sinh hoạt|góp)\b")
_BUILDING: Final = re.compile(r"\b(?:tòa|tháp|lô|căn|nhà|xe|lớp|máy)$")
_JOINED: Final = re.compile(r"(?:[,+&-]|và|đến|tới)$")
_MONTH_IN_TIME: Final = re.compile(r"\b(?:từ|đến|tới|vào|trước|sau|của|nay|riêng|kỳ|kể từ|qua)$")


def _month_alone(scene: Scene, found: re.Match[str]) -> Hit | None:
    """T9 and T10, where bills and wages are spoken of (T2 to T7 are weekdays)."""
    window = scene.line[max(0, found.start() - _AROUND) : found.end() + _AROUND].lower()
    late = int(found["number"]) > 1 and scene.cue(_MONTH_IN_TIME, 2)
    late = late or bool(int(found["number"]) > 1 and _OF_EACH_MONTH.search(window))
    headed = int(found["number"]) > 1 and re.match(r": ?\d", scene.line[found.end() : found.end() + 3])
    late = late or bool(headed and not scene.cue(_BUILDING, 2))  # "T11: 45 ca"
    listed = scene.rule == "month" and _JOINED.search(scene.before(found.start()))
    if not (late or listed or scene.cue(_COMPARED, 2) or _MONTHLY.search(window)):
        return None
    return Hit(found.end(), f"tháng {month(int(found['number']))}", "month")


def _month_of_quarter(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The months of a quarter that was just named: "quý I/2027 (T1-T3)"."""
    number = int(found["number"])
    said = _QUARTER_SAID.search(scene.last_words(18))
    named = said is not None and (number + 2) // 3 == _QUARTER_NUMBERS[said[1]]  # three months each
    return Hit(found.end(), f"tháng {month(number)}", "month") if named else None


def _quarter_before(_scene: Scene, found: re.Match[str]) -> Hit | None:
    """The first of two quarters whose year is said once: "Q3 và Q4/2026"."""
    written = found["number"]
    number = int(written) if written.isdecimal() else roman_value(written) or 0
    return Hit(found.end(), f"quý {cardinal(number)}", "month") if 1 <= number <= _QUARTERS else None


def _month_before(_scene: Scene, found: re.Match[str]) -> Hit | None:
    """The first of two months whose year is said once: "T10+T11/2025"."""
    number = int(found["number"])
    return Hit(found.end(), f"tháng {month(number)}", "month") if 1 <= number <= _MONTHS else None


def _short_period(_scene: Scene, found: re.Match[str]) -> Hit | None:
    """T5/2025, Q3/2025 and Q.III/2025, as reports write them."""
    written, year = found["number"], f"năm {cardinal(int(found['year']))}"
    number = int(written) if written.isdecimal() else roman_value(written) or 0
    if found["kind"] == "Q":
        return Hit(found.end(), f"quý {cardinal(number)} {year}", "month") if number <= _QUARTERS else None
    if not 1 <= number <= _MONTHS:
        return None
    return Hit(found.end(), f"tháng {month(number)} {year}", "month")


SHORT_PERIOD: Final[Rule] = matching(
    r"(?P<kind>[TQ])(?:\. ?)?(?P<number>\d{1,2}|[IV]{1,3})[/.-](?P<year>(?:19|20)\d\d)(?!\d)", _short_period
)
MONTH_OF_QUARTER: Final[Rule] = matching(r"T(?P<number>\d{1,2})(?![\w/]|\.\d)", _month_of_quarter)
QUARTER_BEFORE: Final[Rule] = matching(
    r"Q\.?(?P<number>[1-4]|[IV]{1,3})(?=(?: ?(?:[+&,-]|và|đến) ?Q?\.?(?:[1-4]|[IV]{1,3})){1,3}/20\d\d)",
    _quarter_before,
)
MONTH_ALONE: Final[Rule] = matching(r"T(?P<number>1[0-2]|[189])(?![\w/]|\.\d)", _month_alone)
MONTH_BEFORE: Final[Rule] = matching(
    r"T(?P<number>\d{1,2})(?=(?: ?(?:[+&,-]|và|đến) ?T?\d{1,2}){1,6}/(?:19|20)\d\d)", _month_before
)
