"""A dash between words: until, against, along, or only a pause."""

import re
from typing import Final

from tts.normalization.numbers import roman_value
from tts.normalization.scene import Hit, Scene
from tts.normalization.scores import is_score

NUMERIC: Final = frozenset(
    {
        "number",
        "unit",
        "percent",
        "money",
        "date",
        "month",
        "time",
        "fraction",
        "numbered",
        "roman",
        "negative",
        "road",
    }
)
_ELECTRICAL: Final = re.compile(r"\d ?(V|kV|A|Ah|W|kW|kVA|KVA|MVA|Hz)$")
_RATING: Final = re.compile(r"[\d.,/]+ ?([A-Za-z]{1,4})")
_RESULT: Final = re.compile(r"[\d.,]+ ?=")
_RECKONED: Final = re.compile(r"\d ?[+×] ?\d[\d.,]*$|\d x \d[\d.,]*$")
_SHORT_DAY: Final = re.compile(r"(?:T[2-7]|CN)(?!\w)")
_MORE_DAYS: Final = re.compile(r"(?:T[2-7]|CN) ?- ?(?:T[2-7]|CN)(?!\w)")
_DAYS_BEFORE: Final = re.compile(r"(?:T[2-7]|CN) ?- ?(?:T[2-7]|CN)$")
YEAR: Final = re.compile(r"(?:19|20)\d\d(?!\d)")
QUARTER: Final = re.compile(r"\bquý (?:một|hai|ba|bốn)$")
_WEEKDAY: Final = re.compile(r"\bthứ (?:hai|ba|tư|năm|sáu|bảy)$")
_ITS_DATE: Final = re.compile(r"(?:ngày )?\d{1,2}[/.-]\d{1,2}(?![\d%])(?! (?:thứ|T[2-7]))")
_HOUR_SAID: Final = re.compile(r"\bgiờ\b")
_ISSUE: Final = re.compile(r"\bsố(?: [^ ]+){1,3}$")
_UNTIL: Final = re.compile(
    r" *(?:(?i:thứ|chủ nhật|CN|ngày|tháng|quý|năm|mùng|mồng|nay)\b"
    r"(?<!Ngày)|Ngày (?=\d)|T\d{1,2}/(?:19|20)\d\d)"  # "27/7 - Ngày Thương binh" is no range
)
_COUNTED_THING: Final = re.compile(r"\b([^\W\d_]{2,7})(?: |\. ?)(\d{1,4}|[IVX]{1,5})$")
_ORDERED: Final = frozenset({"điều", "khoản", "chương", "mục", "lớp", "tuần", "phần", "tiết", "bài"})
_MEASURES: Final = (
    r"(?:giây|phút|giờ|tiếng|ngày|tuần|tháng|năm|lần|người|hộ|con|cây|tuổi|buổi|tiết|bao|tạ|tấn|lít|mét|sào|công"
    r"|lượt|viên|bữa|km|kg|ha|mm|cm|m)"
)
_MEASURED: Final = re.compile(rf"\d ?{_MEASURES}$")
_MEASURE_FOLLOWS: Final = re.compile(rf"\d[\d.,]* ?{_MEASURES}(?!\w)")
_PART_OF_DAY_SAID: Final = re.compile(r"\bgiờ(?: [^ ]+){0,4} (?:sáng|trưa|chiều|tối|đêm)$")
_DAY_AND_DATE: Final = re.compile(r"(?i:thứ [^ ]{1,4}|T[2-7]) ?\([\d/. -]{3,10}\)$")  # "thứ 2 (23/11)"
_DAY_AND_DATE_FOLLOW: Final = re.compile(r"(?i:thứ [^ ]{1,4}|T[2-7]|CN|chủ nhật) ?\([\d/. -]{3,10}\)")
_SHARE_BEFORE: Final = re.compile(r"\d ?%$")
_SHARE_FOLLOWS: Final = re.compile(r"[\d.,]+ ?% ?-")
_SHARES: Final = re.compile(r"\d ?% ?- ?[\d.,]+ ?%$")
_DAY_SAID: Final = re.compile(r"\bngày [^ ]+$")
_MONTH_FOLLOWS: Final = re.compile(r"(?:0?[1-9]|1[0-2])(?![\d/.-]| ?tháng| ?(?:hằng|hàng|âm))")
_CLOCK_FOLLOWS: Final = re.compile(r"\d{1,2} ?(?:h|g|:\d\d|giờ)")
_THING_COUNTED: Final = re.compile(r"([^\W\d_]{2,7})(?: |\. ?)(\d{1,4}|[IVX]{1,5})(?!\w|[.,]\d)")


def _warning_levels(scene: Scene, found: re.Match[str]) -> bool:
    """Two of a kind on both sides, as in BĐ2-BĐ3, KP1-KP5."""
    before = re.search(r"(\d{0,2}[A-ZĐ]{1,4}\.? ?)\d{1,3}$", scene.before(found.start()))
    return bool(before and re.match(rf"{re.escape(before[1])}\d", scene.after(found.end())))


def same_kind(scene: Scene, found: re.Match[str]) -> bool:
    """Whether the same word stands before the numbers on both sides: "tổ 1 - tổ 5", "thôn 2 -> thôn 4"."""
    before = _COUNTED_THING.search(scene.before(found.start()))
    after = _THING_COUNTED.match(scene.after(found.end()))
    if not (before and after and before[1].lower() == after[1].lower()):
        return False
    first, last = _value(before[2]), _value(after[2])
    return last > first + (before[1].lower() not in _ORDERED)


def _value(written: str) -> int:
    return int(written) if written.isdecimal() else roman_value(written) or 0


def dash(scene: Scene, found: re.Match[str]) -> Hit:
    """What a dash between two words is: "7h-9h", "3-2", "T2-T4", "Km5-Km7"."""
    line, end = scene.line, found.end()
    follows = scene.after(end)
    if scene.cue(QUARTER, 2) and YEAR.match(line, end):
        return Hit(end, "năm", "year")  # "quý IV-2025"
    its_date = scene.cue(_WEEKDAY, 2) and _ITS_DATE.match(follows)  # "Thứ 5 - 03/12"
    counted = scene.rule in NUMERIC and scene.before(found.start())[-1:] not in set('.,;:?!()"')
    counted = counted and not (its_date or _is_apart(scene, found, follows))
    if counted and (follows[:1].isdecimal() or (scene.rule == "roman" and roman_value(follows[:1]))):
        if is_score(scene, end):
            return Hit(end, "", "score")
        reckoned = _RESULT.match(follows) or _RECKONED.search(scene.before(found.start()))
        said = "trừ" if reckoned else "đến"
        doubtful = falls(scene, found) or _may_be_a_month(scene, follows)
        return Hit(end, said, "range", sure=said == "trừ" or not doubtful)
    weekdays = scene.cue(_WEEKDAY, 2) and _SHORT_DAY.match(follows)
    if weekdays and (_MORE_DAYS.match(follows) or _DAYS_BEFORE.search(scene.before(found.start()))):
        return Hit(end, "", "dash", after=True)  # T2-T4-T6
    counted = counted and not scene.cue(_ISSUE, 4)  # "bản tin số 5 - tháng 11"
    until = weekdays or ((counted or scene.cue(_WEEKDAY, 2)) and _UNTIL.match(line, end))
    along = scene.rule == "road" and re.match(r"[Kk]m ?\d", follows)
    among = scene.rule in {"mixed", "reference", "month"} and _warning_levels(scene, found)
    measured = _MEASURED.search(scene.before(found.start())) and _MEASURE_FOLLOWS.match(follows)
    days = _DAY_AND_DATE.search(scene.before(found.start())) and _DAY_AND_DATE_FOLLOW.match(follows)
    hours = scene.cue(_PART_OF_DAY_SAID, 8) and _CLOCK_FOLLOWS.match(follows)
    onward = counted and (same_kind(scene, found) or re.match(r"(?:[<>≤≥]|dưới|không quá) ?\d", follows))
    if (until and not its_date) or along or among or onward or measured or hours or days:
        return Hit(end, "đến", "range")
    return Hit(end, "", "dash", after=scene.spaced or scene.rule == "place" or line[end : end + 1] == " ")


def _may_be_a_month(scene: Scene, follows: str) -> bool:
    """Whether "ngày 7-8" may be the seventh of August as well as two days."""
    return scene.cue(_DAY_SAID, 2) and _MONTH_FOLLOWS.match(follows) is not None


def _is_apart(scene: Scene, found: re.Match[str], follows: str) -> bool:
    """Whether the numbers on both sides are no range: a day and its hour, two ratings, several shares."""
    if scene.rule == "date" and _CLOCK_FOLLOWS.match(follows) and not scene.cue(_HOUR_SAID, 14):
        return True
    return _are_ratings(scene, found) or _are_shares(scene, found)


def _are_ratings(scene: Scene, found: re.Match[str]) -> bool:
    """Whether two quantities of one thing stand on both sides: 12V-7Ah, 250kVA-22kV."""
    left = _ELECTRICAL.search(scene.before(found.start()))
    right = _RATING.match(scene.after(found.end()))
    return bool(left and right and left[1] != right[1])


def _are_shares(scene: Scene, found: re.Match[str]) -> bool:
    """Whether it is one of several dashes between shares, which then are no range: "80% - 95% - 100%"."""
    before = scene.before(found.start())
    more = _SHARES.search(before) or _SHARE_FOLLOWS.match(scene.after(found.end()))
    return bool(more and _SHARE_BEFORE.search(before))


def falls(scene: Scene, found: re.Match[str]) -> bool:
    """Whether the second number of a range is not above the first (then it may be none)."""
    before = re.search(r"(?:^|[^\d.,/hg:])(\d{1,9})$", scene.before(found.start()))
    after = re.match(r"(\d{1,9})(?![\d.,/hg:])", scene.after(found.end()))
    return bool(before and after and int(after[1]) <= int(before[1]))
