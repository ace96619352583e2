"""A dash between words: until, against, along, the result of a match, or only a pause."""

import re
from typing import Final

from tts.normalization.cues import Cues, compiled
from tts.normalization.numbers import roman_value, whole_value
from tts.normalization.scene import Hit, Scene

_CUE: Final = Cues("dashes")

_NUMERIC_TEXT: Final = "number unit percent money date month time fraction numbered roman negative road"
NUMERIC: Final = frozenset(_NUMERIC_TEXT.split())
_MARKS: Final = frozenset('.,;:?!()"')
_RATING: Final = re.compile(r"[\d.,/]+ ?([A-Za-z]{1,4})")
_RESULT: Final = re.compile(r"[\d.,]+ ?=")
_RECKONED: Final = re.compile(r"\d ?[+×] ?\d[\d.,]*$|\d x \d[\d.,]*$")
YEAR: Final = re.compile(r"(?:19|20)\d\d(?!\d)")
_COUNTED_THING: Final = re.compile(r"\b([^\W\d_]{2,7})(?: |\. ?)(\d{1,4}|[IVX]{1,5})$")
_ORDERED: Final = frozenset({"điều", "khoản", "chương", "mục", "lớp", "tuần", "phần", "tiết", "bài"})
_MEASURED: Final = re.compile(rf"\d ?{_CUE.measure.pattern}$")
_MEASURE_FOLLOWS: Final = re.compile(rf"\d[\d.,]* ?{_CUE.measure.pattern}(?!\w)")
_SHARE_BEFORE: Final = re.compile(r"\d ?%$")
_SHARE_FOLLOWS: Final = re.compile(r"[\d.,]+ ?% ?-")
_SHARES: Final = re.compile(r"\d ?% ?- ?[\d.,]+ ?%$")
_THING_COUNTED: Final = re.compile(r"([^\W\d_]{2,7})(?: |\. ?)(\d{1,4}|[IVX]{1,5})(?!\w|[.,]\d)")
_FEW_GOALS: Final = re.compile(r" ?\d{1,2}(?!\d|[.,]\d)")
_EVEN: Final = re.compile(r"(?<![\d./,-])(\d) ?- ?\1(?![\d./])")
_TEAMS: Final = compiled(  # "U23 Việt Nam 3-2 U23 Lào", "Nam Định 2 - 1 Hà Nội"
    r"(?P<first>[A-ZĐÀ-Ỹ]\w+) (?P<goals>\d) ?- ?(?P<lost>\d) [A-ZĐÀ-Ỹ]"
)
_ALONE: Final = re.compile(r"(\d) ?- ?(\d)\.?")
_IN_BRACKETS: Final = re.compile(  # the sets behind a result: "3-0 (25-18, 25-22, …"
    r"(?<![\d-])\d ?- ?\d ?\((?:\d{1,2} ?- ?\d{1,2}[,;] ?){0,4}\d{1,2} ?-$"
)
_NEAR_NAMES: Final = 48  # characters
_NEAR_DRAW: Final = 14  # characters


def _warning_levels(before: str, after: str) -> bool:
    """Two of a kind on both sides, as in BĐ2-BĐ3, KP1-KP5."""
    first = re.search(r"(\d{0,2}[A-ZĐ]{1,4}\.? ?)\d{1,3}$", before)
    return bool(first and re.match(rf"{re.escape(first[1])}\d", after))


def same_kind(before: str, after: str) -> bool:
    """Whether the same word stands before the numbers on both sides: "tổ 1 - tổ 5", "thôn 2 -> thôn 4"."""
    one, other = _COUNTED_THING.search(before), _THING_COUNTED.match(after)
    if not (one and other and one[1].lower() == other[1].lower()):
        return False
    return whole_value(other[2]) > whole_value(one[2]) + (one[1].lower() not in _ORDERED)


def dash(scene: Scene, found: re.Match[str]) -> Hit:
    """What a dash between two words is: "7h-9h", "3-2", "T2-T4", "Km5-Km7"."""
    line, end = scene.line, found.end()
    before, follows = scene.before(found.start()), scene.after(end)
    if scene.cue(_CUE.quarter, 2) and YEAR.match(line, end):
        return Hit(end, "năm", "year")  # "quý IV-2025"
    weekday = scene.cue(_CUE.weekday, 2)
    its_date = weekday and _CUE.its_date.match(follows)  # "Thứ 5 - 03/12"
    counted = scene.rule in NUMERIC and before[-1:] not in _MARKS
    counted = counted and not (its_date or _is_apart(scene, before, follows))
    if counted and (follows[:1].isdecimal() or (scene.rule == "roman" and roman_value(follows[:1]))):
        if _is_score(scene, end):
            return Hit(end, "", "score")
        reckoned = _RESULT.match(follows) or _RECKONED.search(before)
        month = scene.cue(_CUE.day_said, 2) and _CUE.month_follows.match(follows)  # "ngày 7-8": two days?
        doubtful = not reckoned and (month or falls(before, follows))
        return Hit(end, "trừ" if reckoned else "đến", "range", sure=not doubtful)
    weekdays = weekday and _CUE.short_day.match(follows)
    if weekdays and (_CUE.more_days.match(follows) or _CUE.days_before.search(before)):
        return Hit(end, "", "dash", after=True)  # T2-T4-T6
    counted = counted and not scene.cue(_CUE.issue, 4)  # "bản tin số 5 - tháng 11"
    until = weekdays or ((counted or weekday) and _CUE.until.match(line, end))
    along = scene.rule == "road" and re.match(r"[Kk]m ?\d", follows)
    among = scene.rule in {"mixed", "reference", "month"} and _warning_levels(before, follows)
    measured = _MEASURE_FOLLOWS.match(follows) and _MEASURED.search(before)
    days = _CUE.day_and_date_follow.match(follows) and _CUE.day_and_date.search(before)
    hours = _CUE.clock_follows.match(follows) and scene.cue(_CUE.part_of_day_said, 8)
    onward = counted and (same_kind(before, follows) or re.match(r"(?:[<>≤≥]|dưới|không quá) ?\d", follows))
    if (until and not its_date) or along or among or onward or measured or hours or days:
        return Hit(end, "đến", "range")
    return Hit(end, "", "dash", after=scene.spaced or scene.rule == "place" or line[end : end + 1] == " ")


def _is_apart(scene: Scene, before: str, follows: str) -> bool:
    """Whether the numbers on both sides are no range: a day and its hour, two ratings, several shares."""
    if scene.rule == "date" and _CUE.clock_follows.match(follows) and not scene.cue(_CUE.hour_said, 14):
        return True
    return _are_ratings(before, follows) or _are_shares(before, follows)


def _are_ratings(before: str, after: str) -> bool:
    """Whether two quantities of one thing stand on both sides: 12V-7Ah, 250kVA-22kV."""
    right = _RATING.match(after)
    left = _CUE.electrical.search(before) if right else None
    return bool(left and right and left[1] != right[1])


def _are_shares(before: str, after: str) -> bool:
    """Whether it is one of several dashes between shares, which then are no range: "80% - 95% - 100%"."""
    more = before.endswith("%") and (_SHARES.search(before) or _SHARE_FOLLOWS.match(after))
    return bool(more and _SHARE_BEFORE.search(before))


def falls(before: str, after: str) -> bool:
    """Whether the second number of a range is not above the first (then it may be none)."""
    first = re.search(r"(?:^|[^\d.,/hg:])(\d{1,9})$", before)
    second = re.match(r"(\d{1,9})(?![\d.,/hg:])", after)
    return bool(first and second and int(second[1]) <= int(first[1]))


def _is_score(scene: Scene, end: int) -> bool:
    """Whether the sentence speaks of a match's result, so that "2-1" at `end` of its dash is one."""
    alone = _ALONE.fullmatch(scene.line.strip()) if len(scene.line) < _NEAR_NAMES else None
    if alone and int(alone[1]) >= int(alone[2]):
        return True  # nothing but "2-0" in the line
    if not scene.follows(_FEW_GOALS, end) or scene.cue(_CUE.day_named, 3):
        return False
    if scene.follows(_CUE.to_nil, end) or _EVEN.search(scene.line[max(0, end - _NEAR_DRAW) : end + 3]):
        return True  # "hòa xã B 1-1"
    if _between_teams(scene.line, end) or _CUE.sets.search(scene.before(end).rstrip("- ")):
        return True
    if _CUE.draw.search(scene.line[max(0, end - _NEAR_DRAW) : end]):
        return True
    before = scene.before(end)
    sets = _IN_BRACKETS.search(before) is not None and scene.cue(_CUE.match, 24)
    match = scene.cue(_CUE.match, 14) or sets or _CUE.of_two_sides.search(before)
    return bool(match and scene.follows(_CUE.result, end)) or scene.cue(_CUE.score, 5)


def _between_teams(line: str, end: int) -> bool:
    """Whether the goals stand between the names of two teams, more of them first or among words of sport."""
    near = line[max(0, end - _NEAR_NAMES) : end + _NEAR_NAMES]
    teams = _TEAMS.search(line[max(0, end - _NEAR_NAMES) : end + 4])
    return bool(teams and (teams["goals"] >= teams["lost"] or _CUE.sport.search(near)))
