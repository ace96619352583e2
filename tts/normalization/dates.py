"""Dates and times of day."""

import re
from typing import Final

from tts.normalization.cues import Cues
from tts.normalization.fields import DayOfMonth
from tts.normalization.lexicon import rows
from tts.normalization.scene import Hit, Rule, Scene, hit_of
from tts.normalization.templates import say, simple_rules

_CUE: Final = Cues("dates")
_DASHES: Final = Cues("dashes")

_MONTHS, _DAYS = 12, 31
_DAY: Final = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_MONTH: Final = r"(?P<month>0?[1-9]|1[0-2])"
_QUARTERS = 4
_EASY = 5  # a denominator up to this may be one of a fraction: "1/4-3/4"
_OLDEST = 1700  # year that stands after a month without "tháng"; "1/1000" is a fraction
_CHAINED: Final = re.compile(r"(?<![\w/])\d{1,2}/$")
_NAMED_DAYS: Final = {
    kind: frozenset((int(row["day"]), int(row["month"])) for row in rows("days") if row["kind"] == kind)
    for kind in ("known", "street", "holiday")
}
_KNOWN_DAYS: Final = _NAMED_DAYS["known"]  # holidays and memorial days that are written without "ngày"
_STREETS: Final = _KNOWN_DAYS | _NAMED_DAYS["street"]  # that streets are named after
_SECOND_DAY: Final = re.compile(
    r" ?- ?(?P<day>\d{1,2})/(?P<month>0?[1-9]|1[0-2])(?P<year>/(?:19|20)\d\d)?(?![\d/])"
)
_HOLIDAYS: Final = _KNOWN_DAYS | _NAMED_DAYS["holiday"]
_ANOTHER_DAY: Final = re.compile(r"(?<![\d/])[0-3]?\d/(?:1[0-2]|0?[1-9]) ?[:-] ?[^\W\d]")
_ROUND_THE_CLOCK: Final = (24, 7)


def _is_told_by_words(scene: Scene, found: re.Match[str]) -> bool:
    """Whether words tell that two numbers with a stroke are a day: "trước 5/12", "họp 4/12 lúc 7h"."""
    number, end = int(found["month"]), found.end()
    if found["mark"] == "-" or scene.follows(_CUE.counted_follows, end):
        return False
    if scene.cue(_CUE.by, 2):
        return True
    return scene.cue(_CUE.since_or_until, 1) and (
        number > _EASY or "0" in (found["day"][0], found["month"][0])
    )


def _is_pointed_number(scene: Scene, end: int) -> bool:
    """Whether two numbers with a point, up to `end`, are a decimal: "từ 1.7 lên 2.3", "nay 1.5 tấn"."""
    until = scene.follows(_CUE.until, end)
    if until:
        day, number = int(until["day"]), int(until["month"])
        decimal = until["sign"] == "," or not (1 <= day <= _DAYS and 1 <= number <= _MONTHS)
        return decimal or scene.follows(_CUE.amount_follows, until.end()) is not None
    return scene.follows(_CUE.amount_follows, end) is not None or scene.cue(_CUE.amount, 16)


def _is_likely_a_day(scene: Scene, found: re.Match[str]) -> bool:
    """Whether two numbers are rather a day than a part, though no word says so: "họp 4/12 lúc 7h"."""
    end = found.end()
    if found["mark"] != "/" or int(found["month"]) <= _EASY or scene.cue(_CUE.amount, 16):
        return False
    if scene.follows(_CUE.where_or_when, end):
        return True
    ends = _CUE.heads_a_line if scene.at_start else _CUE.ends
    return ends.match(scene.line, end) is not None and not _CUE.other_part.search(scene.around(*found.span()))


def day_and_month(day: int, number: int) -> str | None:
    """A day of a month in words, if there is such a day."""
    if not (1 <= day <= _DAYS and 1 <= number <= _MONTHS):
        return None
    return DayOfMonth((day,), number, names_it=True).literal()


def _is_named(scene: Scene) -> bool:
    """Whether "ngày" was said already."""
    return scene.cue(_CUE.named_day, 1) or scene.cue(_CUE.days_named, 14)


def _full_date(scene: Scene, found: re.Match[str]) -> Hit:
    day, month, year = found["day"], found["month"], found["year"]
    fields = DayOfMonth((int(day),), int(month), int(year), names_it=not _is_named(scene))
    return hit_of(found.end(), fields, "date", sure=len(year) == len("2026"))


def _number_in_year(scene: Scene, number: int, year: int) -> str | None:
    """How what is counted within a year, not its month, is said: "tuần 47/2026", "phiên họp thứ 4/2026"."""
    if year < _OLDEST or scene.cue(_CUE.map, 4):
        return None
    if number > _MONTHS:
        return "{month}" if scene.cue(_CUE.counted_in_year, 2) else None
    quarters = _CUE.quarters_said.search(scene.last_words(13)) if number <= _QUARTERS else None
    if quarters:
        return "quý {month}" if quarters[1] else "{month}"
    if scene.cue(_CUE.ordinal, 1):
        return "{month:ordinal}"
    return "{month}" if scene.cue(_CUE.numbered, 2) else None


def _month_of_year(scene: Scene, found: re.Match[str]) -> Hit | None:
    number, year = int(found["month"]), int(found["year"])
    counted = _number_in_year(scene, number, year)
    if counted:
        return say(found, f"{counted} năm {{year}}", "numbered")
    if number > _MONTHS or scene.cue(_CUE.map, 4) or (year < _OLDEST and not scene.cue(_CUE.month, 1)):
        return None  # "bản đồ tỷ lệ 1/2000"
    named = scene.cue(_CUE.month, 1) and scene.before(found.start())[-1:] not in {"(", ":"}
    return say(found, "{month:month} năm {year}" if named else "tháng {month:month} năm {year}", "month")


def _month_with_point(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A month or a quarter with its year after a point: "tháng 11.2026", "quý 4.2026", "hạn dùng 04.2028"."""
    named = scene.cue(_CUE.month_or_quarter, 1) or scene.cue(_CUE.good_until, 2)
    return _month_of_year(scene, found) if named else None


def _day_of_month(scene: Scene, found: re.Match[str]) -> Hit | None:
    day, number = int(found["day"]), int(found["month"])
    if _CHAINED.search(scene.before(found.start())) or scene.after_house(found.start()):
        return None  # "5/4/2", "lớp 5/1, 5/2"
    cued = _is_cued(scene, found)
    among_streets = (day, number) in _STREETS and scene.cue(_CUE.street_list, 16)
    named_so = (day, number) in _STREETS and scene.cue(_CUE.school, 3)  # "trường mầm non 2/4"
    if scene.cue(_CUE.street, 3) or named_so or (among_streets and scene.follows(_CUE.listed, found.end())):
        return hit_of(found.end(), DayOfMonth((day,), number, is_street=True), "date")
    of_something = scene.follows(_CUE.counted_follows, found.end()) is not None
    known = (day, number) in _KNOWN_DAYS and not of_something
    cued = cued or _begins_a_range(scene, found, day) or _is_holiday(scene, found, day, number)
    cued = cued or _is_scheduled(scene, found)
    cued = cued and not scene.cue(_CUE.fraction_said, 5)  # "1/3-1/2"
    cued = cued and not (found["mark"] == "." and scene.cue(_CUE.each_day, 2))
    other = any(scene.cue(cue, 2) for cue in (_CUE.part, _CUE.house, _CUE.map))
    other = other or (day, number) == _ROUND_THE_CLOCK
    if (other and not cued) or _is_no_date(scene, found, is_cued=cued):
        return None
    if found["mark"] == "/":
        padded = "0" in (found["day"][0], found["month"][0]) and scene.follows(_CUE.no_whole, found.end())
        part = day <= number or scene.rule == "phone" or (day <= _MONTHS and of_something)
        likely = padded or _is_likely_a_day(scene, found)
        if not (cued or known or likely) and part:
            return None  # a fraction
    elif not cued or _is_no_day(scene, found, day, number):
        return None
    fields = DayOfMonth((day,), number, names_it=not _is_named(scene))
    ranged = scene.line.startswith("-", found.end())
    guessed = found["mark"] == "." and not scene.cue(_CUE.named_day, 1)
    return hit_of(found.end(), fields, "date", sure=(cued or known or ranged) and not guessed)


def _is_no_date(scene: Scene, found: re.Match[str], *, is_cued: bool) -> bool:
    """Whether a match or what follows makes a result or a part of two numbers: "kết thúc 5-4"."""
    day, number = int(found["day"]), int(found["month"])
    if found["mark"] == "-" and scene.cue(_DASHES.match, 14):
        return True
    if day <= number and scene.follows(_CUE.part_follows, found.end()):
        return True
    return not is_cued and day < number and scene.follows(_CUE.part_of_people, found.end()) is not None


def _is_no_day(scene: Scene, found: re.Match[str], day: int, number: int) -> bool:
    """Whether two numbers with a point are a decimal, or with a dash several days: "ngày 5-7"."""
    if found["mark"] == ".":
        return _is_pointed_number(scene, found.end())
    return day < number and (day, number) not in _HOLIDAYS and not _is_one_day(scene, found)


def _is_cued(scene: Scene, found: re.Match[str]) -> bool:
    """Whether what was said before, or what follows, makes two numbers a day."""
    of_something = scene.follows(_CUE.counted_follows, found.end()) is not None
    near = scene.rule in {"date", "time"} or scene.cue(_CUE.range_of_days, 14)
    return bool(
        (near and not of_something)
        or scene.cue(_CUE.day, 7)
        or _CUE.day_with_name.search(scene.before(found.start()))
        or (scene.cue(_CUE.since, 1) and scene.follows(_CUE.no_whole, found.end()))
        or (scene.rule == "range" and scene.cue(_CUE.since_a_day, 5))
        or scene.cue(_CUE.days_named, 10)
        or scene.follows(_CUE.calendar, found.end())
        or _is_told_by_words(scene, found)
    )


def _begins_a_range(scene: Scene, found: re.Match[str], day: int) -> bool:
    """Whether a second day follows at once: "10/12-15/12/2025", "20/11-5/12"."""
    second = scene.follows(_SECOND_DAY, found.end())
    if second is None:
        return False
    same = found["mark"] == "/" and int(found["month"]) == int(second["month"]) > _EASY
    later = _EASY < int(found["month"]) < int(second["month"])  # "(1/6-1/8)" are no parts
    told = scene.before(found.start())[-1:] == "(" or scene.cue(_CUE.campaign, 3)
    return bool(
        second["year"]
        or max(day, int(second["day"])) > _MONTHS
        or (same and day < int(second["day"]))
        or (later and told and not scene.follows(_CUE.counted_follows, second.end()))
    )


def _is_scheduled(scene: Scene, found: re.Match[str]) -> bool:
    """Whether the day begins a part of a list of who comes when: "5/11 thôn 1; 6/11: thôn 2"."""
    begins = scene.at_start or scene.before(found.start())[-1:] in set(":;,(•-")
    whose = scene.follows(_CUE.for_whom, found.end()) if begins and int(found["month"]) > _EASY else None
    return whose is not None and bool(whose["who"] or _ANOTHER_DAY.search(scene.around(*found.span())))


def _is_holiday(scene: Scene, found: re.Match[str], day: int, number: int) -> bool:
    """Whether a known day is meant though no "ngày" stands before it: "chào mừng 20-10", "30-4"."""
    alone = day > _MONTHS and found["mark"] == "-" and (day, number) in _KNOWN_DAYS
    return alone or (scene.cue(_CUE.holiday, 3) and (day, number) in _HOLIDAYS)


def _are_days(numbers: list[int]) -> bool:
    """Whether they are days of a month, each once and in order."""
    return numbers == sorted(set(numbers)) and numbers[0] >= 1 and numbers[-1] <= _DAYS


def _listed_days(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Several days of a month without spaces between: "ngày 15,16,17/12", "15+16/12/2025"."""
    days, number = [int(day) for day in re.split(r"\D+", found["days"])], int(found["month"])
    named = scene.cue(_CUE.named_day, 1)
    if not (named or found["year"] or max(days) > _MONTHS or "+" in found["days"] or "&" in found["days"]):
        return None  # "8,5/10"
    if not _are_days(days):
        return None
    joint = ", " if "," in found["days"] else " và "
    year = int(found["year"]) if found["year"] else None
    return hit_of(found.end(), DayOfMonth(tuple(days), number, year, not named, joint), "date")


def _days_in_brackets(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Days of one month that stand for themselves: "(15, 16, 17/12)", "(5 và 6/12/2026)"."""
    days = [int(day) for day in re.findall(r"\d+", found["days"])]
    told = found["year"] or days[-1] > _MONTHS or len(found["month"]) > 1
    if not (told or scene.follows(_CUE.calendar, found.end())) or not _are_days(days):
        return None
    named = "" if scene.cue(_CUE.named_day, 1) else "ngày "
    return say(found, named + "{days:each} tháng {month:month}[ năm {year}]", "date")


def _is_one_day(scene: Scene, found: re.Match[str]) -> bool:
    """Whether "5-7" after "ngày" is one day, though it could be three: a time or a weekday tells."""
    written = found["day"].startswith("0") or found["month"].startswith("0")
    bracketed = scene.before(found.start())[-1:] == "(" and scene.line.startswith(")", found.end())
    told = scene.cue(_CUE.on_the_day, 4) or (bracketed and scene.cue(_CUE.this_day, 2))
    return written or scene.rule == "time" or told


def _fourth_month(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The fourth month or day of the week among several: "các tháng 1, 4, 7", "thứ 2, 4, 6"."""
    joined = re.search(r"(?:,|-|và|đến)$", scene.before(found.start()).lower())
    listed = joined and scene.cue(_CUE.months_said, 12)
    return say(found, "{month:month}", "month", month=found.group()) if listed else None


def _months_listed(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Several months of a year without spaces between: "tháng 10,11,12/2026"."""
    numbers = [int(number) for number in found["months"].split(",")]
    if not scene.cue(_CUE.month, 1) or numbers != sorted(set(numbers)) or numbers[-1] > _MONTHS:
        return None
    return say(found, "{months:row} năm {year}", "month")


_NO_MORE: Final = r"(?![\d/A-ZĐ]|[.,-]\d| ?[hg](?![^\W\d]))"
DATE_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        r"(?P<days>\d{1,2}(?P<join>,| ?[+&] ?)\d{1,2}(?:(?P=join)\d{1,2}){0,5})"
        rf"/{_MONTH}(?:/(?P<year>(?:19|20)\d\d))?(?![\d/])",
        _listed_days,
    ),
    Rule(
        r"(?<=\()(?P<days>\d{1,2}(?:, \d{1,2}){0,5}(?:,| và|, và) \d{1,2})"
        rf"/{_MONTH}(?:/(?P<year>(?:19|20)\d\d))?(?=\)|, ?tại|, ?[Tt]hứ| ÂL| âm)",
        _days_in_brackets,
    ),
    *simple_rules("short dates"),
    Rule(r"0?4(?= ?(?:[,;.)](?!\d)|và \d|$)| (?:năm|hằng|hàng|tới|này|âm)\b)", _fourth_month),
    Rule(r"(?P<months>[1-9]\d?(?:,[1-9]\d?){1,5})/(?P<year>20\d\d)(?![\d/])", _months_listed),
    Rule(rf"(?P<year>[12]\d{{3}})-(?=\d\d-){_MONTH}-(?=\d\d){_DAY}(?!\d)", _full_date),
    Rule(
        rf"{_DAY}(?P<m> ?[/.-] ?){_MONTH}(?P=m)(?P<year>[12]\d{{3}})"
        r"(?![\d/]|\.\d|-\d(?!\d?[/.-]\d{1,2}[/.-]\d{4}))",  # one more date may follow a dash
        _full_date,
    ),
    Rule(rf"{_DAY}/{_MONTH}/(?P<year>\d\d)(?![\d/])", _full_date),
    Rule(r"(?P<month>0?[1-9]|[1-9]\d) ?[/-] ?(?P<year>[12]\d{3})(?![\d/]|[.]\d)", _month_of_year),
    Rule(r"(?P<month>0?[1-9]|[1-9]\d)\.(?P<year>20\d\d)(?![\d/]|[.,]\d)", _month_with_point),
    Rule(rf"{_DAY}(?P<mark>[/.-]){_MONTH}{_NO_MORE}", _day_of_month),
    Rule(rf"{_DAY}(?P<mark>/){_MONTH}(?=-\d{{1,2}}/\d)", _day_of_month),
)
DAY_AFTER_TIME: Final[Rule] = Rule(  # silent in "07h/07/11", "8h00 - 8/11/2026"; the day is named
    r"/ ?(?=\d{1,2}[/-]\d{1,2}(?![\d.]))|-{1,2} ?(?=\d{1,2}(?P<m>[/.-])\d{1,2}(?P=m)20\d\d(?!\d))"
    r"|-(?=\d{1,2}/(?:0?[1-9]|1[0-2])(?![\d/hg:]))",
    lambda scene, found: Hit(found.end(), "ngày", "date") if scene.rule == "time" else None,
)
