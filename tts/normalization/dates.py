"""Dates and times of day."""

import re
from typing import Final

from tts.normalization.day_words import COUNTED_FOLLOWS, is_likely_a_day, is_pointed_number, is_told_by_words
from tts.normalization.fields import DayOfMonth, month
from tts.normalization.lexicon import NAMED_DAYS
from tts.normalization.numbers import NUMBER_WORDS, cardinal
from tts.normalization.patterns import compiled
from tts.normalization.scene import Hit, Rule, Scene, hit_of, matching
from tts.normalization.scores import MATCH_CUE

_FIRST_YEAR, _LAST_YEAR = 1000, 2999
_MONTHS, _DAYS = 12, 31
_QUARTERS = 4
_EASY = 5  # a denominator up to this may be one of two fractions: "1/4-3/4"
_OLDEST = 1700  # year that stands after a month without "tháng"; "1/1000" is a fraction
_CHAINED: Final = re.compile(r"(?<![\w/])\d{1,2}/$")
_KNOWN_DAYS: Final = NAMED_DAYS["known"]  # holidays and memorial days that are written without "ngày"
_DAY_CUE: Final = re.compile(
    r"\b(?:ngày|sáng|chiều|tối|trưa|đêm|hôm|mùng|mồng|rằm|lễ|dịp|quốc khánh|dương lịch|mai|rạng"
    r"|(?:hôm|sáng|trưa|chiều|tối|đêm) nay|hôm qua"
    r"|(?<!đúng )(?<!trễ )(?<!sớm )hạn(?! mức| chế)(?: chót| cuối| nộp| đến)?(?:(?: [^ ]+){0,4} là)?"
    r"|khai giảng|bế giảng|khai mạc|bế mạc|tựu trường|kỷ niệm|bắt đầu"
    r"|kết thúc|thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật|xổ số|vé số|điều tra dân số)$"
)
_NAMED_DAY: Final = re.compile(r"\b(?:ngày|mùng|mồng|hôm|sáng|chiều|tối|trưa|đêm)$")
_EACH_DAY: Final = re.compile(r"\b(?:mỗi|một|nửa|uống|dùng|ăn) ngày$")  # "mỗi ngày 2.5 lít"
_DAYS_NAMED: Final = re.compile(  # "ngày 29, 30/11" names the day once
    rf"\bngày(?: (?:{'|'.join(sorted(NUMBER_WORDS))}))+(?: và)?$"
)
_SINCE_A_DAY: Final = re.compile(
    r"\b(?:từ|dự kiến|trong|lịch|tuần|hạn|thời gian)(?: [^ ]+){1,3} đến$"
)  # "từ 1-10/12"
_ON_THE_DAY: Final = re.compile(
    r"\b(?:giờ|phút|thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật)(?: (?:sáng|chiều|tối|trưa))? ngày$"
)
_RANGE_OF_DAYS: Final = re.compile(
    rf"\bngày(?: (?:{'|'.join(sorted(NUMBER_WORDS))}|tháng|giờ|phút|sáng|chiều|tối|trưa|thứ|chủ|nhật|hết))*"
    r" (?:đến|tới|và|từ|đến hết|hoặc)$"
)
_HOUSE_CUE: Final = re.compile(r"\b(?:(?<!xổ )(?<!vé )(?<!dân )số|nhà|hẻm|ngõ|ngách|kiệt)$")
_STREET_CUE: Final = re.compile(
    r"\b(?:đường|(?<!dân )(?<!khu )phố"
    r"|đại lộ|quảng trường|công viên|trường|bệnh viện|cầu|hướng|ngã tư|ngã ba|nút giao"
    r"|sân|sân vận động|nhà thi đấu|rạp|tượng đài|nhà máy"
    r"|xí nghiệp|hợp tác xã|nông trường)$"
)
_SCHOOL_CUE: Final = re.compile(r"\b(?:mầm non|mẫu giáo|tiểu học|trung học cơ sở|phổ thông)$")
_DAY_WITH_NAME: Final = compiled(r"\b[Nn]gày [A-ZĐÀ-Ỹ]\w*(?:,? \w+){0,6} ?\(?$")  # "Ngày Pháp luật 9/11"
_STREETS: Final = _KNOWN_DAYS | NAMED_DAYS["street"]  # that streets are named after
_STREET_LIST: Final = re.compile(r"\b(?:đường|(?<!khu )(?<!dân )phố|tuyến)\b")
_FRACTION_SAID: Final = re.compile(r"\bphần [^ ]+(?: [^ ]+)? (?:đến|tới|hoặc)$")
_PART_CUE: Final = re.compile(  # "trang 1/5", "đạt 5/4"
    r"\b(?:(?<!nha )trang|tờ(?: số)?|tập|bài|câu|lần|huyết áp|thị lực"
    r"|đạt|bằng|gấp|chiếm|được|còn|hơn|gần|khoảng)$"
)
_SECOND_DAY: Final = re.compile(
    r" ?- ?(?P<day>\d{1,2})/(?P<month>0?[1-9]|1[0-2])(?P<year>/(?:19|20)\d\d)?(?![\d/])"
)
_CAMPAIGN: Final = re.compile(r"\b(?:đợt|chiến dịch|cao điểm|tháng hành động|thời gian|lịch)(?: [^ ]+)?$")
_PART_FOLLOWS: Final = re.compile(  # "từ 1/3 - 1/2 diện tích"
    r" ?(?:-|đến|tới) ?[1-9]/[1-9] (?:dân số|số|diện tích|tổng|sản lượng|khối lượng|lượng|kinh phí|mức|giá)\b"
)
_PART_OF_PEOPLE: Final = re.compile(  # "trong đó 1/5 là học sinh"
    r" (?:là|thuộc) (?:các )?(?:nữ|nam|học sinh|HS|người|hộ|trẻ|phụ nữ|đảng viên|ĐV"
    r"|đoàn viên|cán bộ|đồng bào|DTTS|con|đất|rừng)\b"
)
_HOLIDAYS: Final = _KNOWN_DAYS | NAMED_DAYS["holiday"]
_HOLIDAY_CUE: Final = re.compile(
    r"\b(?:chào mừng|mừng|thiếu nhi|lao động|phụ nữ|nhà giáo|thầy thuốc|liệt sĩ|quốc khánh|giải phóng"
    r"|quân đội|đoàn|đảng|cách mạng|thành lập|nghỉ lễ|lễ|dịp|quà)$"
)
_FOR_WHOM: Final = compiled(
    r" ?[:)]?(?P<who> (?:[Tt]ổ|[Tt]hôn|[Kk]hu phố|TDP|KP|[Ấấ]p|[Kk]hóm|[Xx]óm|[Bb]uôn|[Ll]ớp|[Kk]hối|[Đđ]ội"
    r"|[Tt]ổ dân phố)\.? ?\d)|:(?= [^\W\d])| ?-(?= [A-ZĐÀ-Ỹ])"
)
_ANOTHER_DAY: Final = re.compile(r"(?<![\d/])[0-3]?\d/(?:1[0-2]|0?[1-9]) ?[:-] ?[^\W\d]")
_LISTED: Final = re.compile(r" ?(?:[,;.)]|-|và )")
_ROUND_THE_CLOCK: Final = (24, 7)
_SINCE: Final = re.compile(r"\b(?:vào|từ|trước|sau|hết|đến|tới)$")
_CALENDAR: Final = re.compile(r" ?\(?(?:âm lịch|dương lịch|ÂL|DL|AL)(?!\w)")
_NO_WHOLE: Final = re.compile(
    r" ?(?:$|[,.;:)-]|(?:đến|tới|trở|năm|hằng|hàng)\b)"
)  # what a fraction would need
SCALE_CUE: Final = re.compile(  # right before a scale; "tỷ lệ chọi 1/3" is a part
    r"\b(?:tỷ lệ|tỉ lệ|bản đồ|quy hoạch(?: chi tiết| phân khu| chung)?|mặt bằng|sơ đồ|bản vẽ)$"
)
_MAP_CUE: Final = re.compile(rf"\b(?:tỷ lệ|tỉ lệ|bản đồ)(?!\w)|{SCALE_CUE.pattern}")
_MONTH_CUE: Final = re.compile(r"\btháng$")
_GOOD_UNTIL: Final = re.compile(r"\b(?:hạn|hạn dùng|sử dụng|sản xuất)$")
_MONTH_OR_QUARTER: Final = re.compile(r"\b(?:tháng|quý)$")
_NUMBERED: Final = re.compile(
    r"\b(?:số|quyết định|nghị quyết|nghị định|thông tư|chỉ thị|kế hoạch|luật|công văn|quý|đợt"
    r"|lần|kỳ|kì|tập|vụ|quyển|sổ|khóa|khoá|tuần)$"
)
_ORDINAL: Final = re.compile(r"\bthứ$")
_MONTHS_SAID: Final = re.compile(
    r"\b(?:tháng|thứ)(?: (?:giêng|nhất|một|hai|ba|tư|năm|sáu|bảy|tám|chín|mười|và|đến)){1,11}$"
)
_COUNTED_IN_YEAR: Final = re.compile(r"\b(?:(?:tuần|kỳ|kì|đợt|vụ|phiên|lần)(?: (?:thứ|số))?|thứ)$")

_QUARTERS_SAID: Final = re.compile(  # "quý 1-2/2027", "quý 4/2026 và 1/2027"
    r"\bquý (?:một|hai|ba|bốn|tư)( năm(?: [^ ]+){2,7})?(?: một| hai| ba)?(?: và| đến| hoặc)?$"
)


def day_and_month(day: int, number: int) -> str | None:
    """A day of a month in words, if there is such a day."""
    if not (1 <= day <= _DAYS and 1 <= number <= _MONTHS):
        return None
    return DayOfMonth((day,), number, names_it=True).literal()


def _is_year(number: int) -> bool:
    return _FIRST_YEAR <= number <= _LAST_YEAR


def _is_named(scene: Scene) -> bool:
    """Whether "ngày" was said already."""
    return scene.cue(_NAMED_DAY, 1) or scene.cue(_DAYS_NAMED, 14)


def _full_date(scene: Scene, found: re.Match[str]) -> Hit | None:
    day, month_number, year = int(found["day"]), int(found["month"]), int(found["year"])
    short = len(found["year"]) != 4  # noqa: PLR2004
    if not (1 <= day <= _DAYS and 1 <= month_number <= _MONTHS and (short or _is_year(year))):
        return None
    fields = DayOfMonth((day,), month_number, year, names_it=not _is_named(scene))
    return hit_of(found.end(), fields, "date", sure=not short)


def _number_in_year(scene: Scene, number: int, year: int) -> str | None:
    """What is counted within a year, not its month: "tuần 47/2026", "phiên họp thứ 4/2026"."""
    if year < _OLDEST or scene.cue(_MAP_CUE, 4):
        return None
    if number > _MONTHS:
        return cardinal(number) if scene.cue(_COUNTED_IN_YEAR, 2) else None
    quarters = _QUARTERS_SAID.search(scene.last_words(13)) if number <= _QUARTERS else None
    if quarters:
        return f"{'quý ' if quarters[1] else ''}{cardinal(number)}"
    if scene.cue(_ORDINAL, 1):
        return {1: "nhất", 4: "tư"}.get(number, cardinal(number))
    return cardinal(number) if scene.cue(_NUMBERED, 2) else None


def _month_of_year(scene: Scene, found: re.Match[str]) -> Hit | None:
    number, year = int(found["month"]), int(found["year"])
    if not (number >= 1 and _is_year(year)):
        return None
    counted = _number_in_year(scene, number, year)
    if counted:
        return Hit(found.end(), f"{counted} năm {cardinal(year)}", "numbered")
    if number > _MONTHS or scene.cue(_MAP_CUE, 4) or (year < _OLDEST and not scene.cue(_MONTH_CUE, 1)):
        return None  # "bản đồ tỷ lệ 1/2000"
    said = f"{month(number)} năm {cardinal(year)}"
    named = scene.cue(_MONTH_CUE, 1) and scene.before(found.start())[-1:] not in {"(", ":"}
    return Hit(found.end(), said if named else f"tháng {said}", "month")


def _month_with_point(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A month or a quarter with its year after a point: "tháng 11.2026", "quý 4.2026", "hạn dùng 04.2028"."""
    named = scene.cue(_MONTH_OR_QUARTER, 1) or scene.cue(_GOOD_UNTIL, 2)
    return _month_of_year(scene, found) if named else None


def _day_of_month(scene: Scene, found: re.Match[str]) -> Hit | None:
    day, number = int(found["day"]), int(found["month"])
    chained = _CHAINED.search(scene.before(found.start())) is not None  # "5/4/2"
    if chained or not (1 <= day <= _DAYS and 1 <= number <= _MONTHS) or scene.after_house(found.start()):
        return None  # "lớp 5/1, 5/2"
    cued = _is_cued(scene, found)
    among_streets = (day, number) in _STREETS and scene.cue(_STREET_LIST, 16)
    named_so = (day, number) in _STREETS and scene.cue(_SCHOOL_CUE, 3)  # "trường mầm non 2/4"
    if scene.cue(_STREET_CUE, 3) or named_so or (among_streets and scene.follows(_LISTED, found.end())):
        return hit_of(found.end(), DayOfMonth((day,), number, is_street=True), "date")
    known = (day, number) in _KNOWN_DAYS and not scene.follows(COUNTED_FOLLOWS, found.end())
    cued = cued or _begins_a_range(scene, found, day) or _is_holiday(scene, found, day, number)
    cued = cued or _is_scheduled(scene, found)
    cued = cued and not scene.cue(_FRACTION_SAID, 5)  # "1/3-1/2"
    cued = cued and not (found["mark"] == "." and scene.cue(_EACH_DAY, 2))
    other = (
        scene.cue(_PART_CUE, 2)
        or scene.cue(_HOUSE_CUE, 2)
        or scene.cue(_MAP_CUE, 2)
        or (day, number) == _ROUND_THE_CLOCK
    )
    match = found["mark"] == "-" and scene.cue(MATCH_CUE, 14)  # "kết thúc 5-4"
    match = match or (day <= number and scene.follows(_PART_FOLLOWS, found.end()) is not None)
    match = match or (not cued and day < number and scene.follows(_PART_OF_PEOPLE, found.end()) is not None)
    if match or (other and not cued):
        return None
    if found["mark"] == "/":
        padded = "0" in (found["day"][0], found["month"][0]) and scene.follows(_NO_WHOLE, found.end())
        part = day <= number or scene.rule == "phone"
        part = part or (day <= _MONTHS and scene.follows(COUNTED_FOLLOWS, found.end()) is not None)
        likely = padded or is_likely_a_day(scene, found)
        if not (cued or known or likely) and part:
            return None  # a fraction
    elif not cued or _is_no_day(scene, found, day, number):
        return None
    fields = DayOfMonth((day,), number, names_it=not _is_named(scene))
    ranged = scene.line.startswith("-", found.end())
    guessed = found["mark"] == "." and not scene.cue(_NAMED_DAY, 1)
    return hit_of(found.end(), fields, "date", sure=(cued or known or ranged) and not guessed)


def _is_no_day(scene: Scene, found: re.Match[str], day: int, number: int) -> bool:
    """Whether two numbers with a point are a decimal, or with a dash several days: "ngày 5-7"."""
    if found["mark"] == ".":
        return is_pointed_number(scene, found.end())
    return day < number and (day, number) not in _HOLIDAYS and not _is_one_day(scene, found)


def _is_cued(scene: Scene, found: re.Match[str]) -> bool:
    """Whether what was said before, or what follows, makes two numbers a day."""
    of_something = scene.follows(COUNTED_FOLLOWS, found.end()) is not None
    near = scene.rule in {"date", "time"} or scene.cue(_RANGE_OF_DAYS, 14)
    return bool(
        (near and not of_something)
        or scene.cue(_DAY_CUE, 7)
        or _DAY_WITH_NAME.search(scene.before(found.start()))
        or (scene.cue(_SINCE, 1) and scene.follows(_NO_WHOLE, found.end()))
        or (scene.rule == "range" and scene.cue(_SINCE_A_DAY, 5))
        or scene.cue(_DAYS_NAMED, 10)
        or scene.follows(_CALENDAR, found.end())
        or is_told_by_words(scene, found)
    )


def _begins_a_range(scene: Scene, found: re.Match[str], day: int) -> bool:
    """Whether a second day follows at once: "10/12-15/12/2025", "20/11-5/12"."""
    second = scene.follows(_SECOND_DAY, found.end())
    if second is None:
        return False
    same = found["mark"] == "/" and int(found["month"]) == int(second["month"]) > _EASY
    later = _EASY < int(found["month"]) < int(second["month"])  # "(1/6-1/8)" are no parts
    told = scene.before(found.start())[-1:] == "(" or scene.cue(_CAMPAIGN, 3)
    return bool(
        second["year"]
        or max(day, int(second["day"])) > _MONTHS
        or (same and day < int(second["day"]))
        or (later and told and not scene.follows(COUNTED_FOLLOWS, second.end()))
    )


def _is_scheduled(scene: Scene, found: re.Match[str]) -> bool:
    """Whether the day begins a part of a list of who comes when: "5/11 thôn 1; 6/11: thôn 2"."""
    begins = scene.at_start or scene.before(found.start())[-1:] in set(":;,(•-")
    whose = scene.follows(_FOR_WHOM, found.end()) if begins and int(found["month"]) > _EASY else None
    return whose is not None and bool(whose["who"] or _ANOTHER_DAY.search(scene.around(found)))


def _is_holiday(scene: Scene, found: re.Match[str], day: int, number: int) -> bool:
    """Whether a known day is meant though no "ngày" stands before it: "chào mừng 20-10", "30-4"."""
    alone = day > _MONTHS and found["mark"] == "-" and (day, number) in _KNOWN_DAYS
    return alone or (scene.cue(_HOLIDAY_CUE, 3) and (day, number) in _HOLIDAYS)


def _listed_days(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Several days of a month without spaces between: "ngày 15,16,17/12", "15+16/12/2025"."""
    days, number = [int(day) for day in re.split(r"\D+", found["days"])], int(found["month"])
    named = scene.cue(_NAMED_DAY, 1)
    if not (named or found["year"] or max(days) > _MONTHS or "+" in found["days"] or "&" in found["days"]):
        return None  # "8,5/10"
    if days != sorted(set(days)) or 0 in days or days[-1] > _DAYS or not 1 <= number <= _MONTHS:
        return None
    joint = ", " if "," in found["days"] else " và "
    year = int(found["year"]) if found["year"] else None
    return hit_of(found.end(), DayOfMonth(tuple(days), number, year, not named, joint), "date")


def _days_in_brackets(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Days of one month that stand for themselves: "(15, 16, 17/12)", "(5 và 6/12/2026)"."""
    days, number = [int(day) for day in re.findall(r"\d+", found["days"])], int(found["month"])
    told = (
        found["year"]
        or scene.follows(_CALENDAR, found.end())
        or days[-1] > _MONTHS
        or len(found["month"]) > 1
    )
    if not told or days != sorted(set(days)) or days[0] < 1 or days[-1] > _DAYS or not 1 <= number <= _MONTHS:
        return None
    said = re.sub(r"\d+", lambda day: cardinal(int(day[0])), found["days"])
    year = f" năm {cardinal(int(found['year']))}" if found["year"] else ""
    named = "" if scene.cue(_NAMED_DAY, 1) else "ngày "
    return Hit(found.end(), f"{named}{said} tháng {month(number)}{year}", "date")


def _is_one_day(scene: Scene, found: re.Match[str]) -> bool:
    """Whether "5-7" after "ngày" is one day, though it could be three: a time or a weekday tells."""
    written = found["day"].startswith("0") or found["month"].startswith("0")
    return written or scene.rule == "time" or scene.cue(_ON_THE_DAY, 4)


def _date_after_time(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The sign between a time and its day in "07h/07/11", "8h00 - 8/11/2026": silent, the day is named."""
    return Hit(found.end(), "ngày", "date") if scene.rule == "time" else None


def _months_of_year(_scene: Scene, found: re.Match[str]) -> Hit | None:
    """How many months of a year a report covers: "9T/2026", "6T đầu năm"."""
    if not 1 <= int(found["number"]) <= _MONTHS:
        return None
    year = f" năm {cardinal(int(found['year']))}" if found["year"] else ""
    return Hit(found.end(), f"{cardinal(int(found['number']))} tháng{year}", "month")


def _fourth_month(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The fourth month or day of the week among several: "các tháng 1, 4, 7", "thứ 2, 4, 6"."""
    listed = re.search(r"(?:,|-|và|đến)$", scene.before(found.start()).lower()) and scene.cue(
        _MONTHS_SAID, 12
    )
    return Hit(found.end(), month(int(found.group())), "month") if listed else None


def _new_years_eve(_scene: Scene, found: re.Match[str]) -> Hit:
    """The last day of the moon year, which may be its 29th or its 30th: "đêm 29/30 Tết"."""
    return Hit(found.end(), "hai mươi chín, ba mươi", "date")


def _months_listed(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Several months of a year without spaces between: "tháng 10,11,12/2026"."""
    numbers = [int(number) for number in found["months"].split(",")]
    if not scene.cue(_MONTH_CUE, 1) or numbers != sorted(set(numbers)) or numbers[-1] > _MONTHS:
        return None
    said = ", ".join(month(number) for number in numbers)
    return Hit(found.end(), f"{said} năm {cardinal(int(found['year']))}", "month")


_NO_MORE: Final = r"(?![\d/A-ZĐ]|[.,-]\d| ?[hg](?![^\W\d]))"
DATE_RULES: Final[tuple[Rule, ...]] = (
    matching(
        r"(?P<days>\d{1,2}(?P<join>,| ?[+&] ?)\d{1,2}(?:(?P=join)\d{1,2}){0,5})/(?P<month>\d{1,2})"
        r"(?:/(?P<year>(?:19|20)\d\d))?(?![\d/])",
        _listed_days,
    ),
    matching(
        r"(?<=\()(?P<days>\d{1,2}(?:, \d{1,2}){0,5}(?:,| và|, và) \d{1,2})/(?P<month>\d{1,2})"
        r"(?:/(?P<year>(?:19|20)\d\d))?(?=\)|, ?tại|, ?[Tt]hứ| ÂL| âm)",
        _days_in_brackets,
    ),
    matching(
        r"(?P<number>\d{1,2})T(?: ?[/.]? ?(?P<year>20\d\d)(?![\w/]|[.,]\d)"
        r"|(?= (?:(?:đầu|cuối|của) )?năm(?: \d{4})?(?: này| nay)?(?!\w)))",
        _months_of_year,
    ),
    matching(r"0?4(?= ?(?:[,;.)](?!\d)|và \d|$)| (?:năm|hằng|hàng|tới|này|âm)\b)", _fourth_month),
    matching(
        r"(?P<day>[12]?\d|30)/(?=[Cc]hạp|[Gg]iêng)",
        lambda _, found: Hit(found.end(), f"{cardinal(int(found['day']))} tháng", "date"),
    ),
    matching(r"29/30(?= (?:Tết|tết|tháng Chạp))", _new_years_eve),
    matching(r"(?P<months>[1-9]\d?(?:,[1-9]\d?){1,5})/(?P<year>20\d\d)(?![\d/])", _months_listed),
    matching(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)", _full_date),
    matching(
        r"(?P<day>\d{1,2})(?P<m> ?[/.-] ?)(?P<month>\d{1,2})(?P=m)(?P<year>\d{4})"
        r"(?![\d/]|\.\d|-\d(?!\d?[/.-]\d{1,2}[/.-]\d{4}))",  # one more date may follow a dash
        _full_date,
    ),
    matching(r"(?P<day>\d{1,2})(?P<m>[/])(?P<month>\d{1,2})(?P=m)(?P<year>\d{2})(?![\d/])", _full_date),
    matching(r"(?P<month>\d{1,2}) ?[/-] ?(?P<year>\d{4})(?![\d/]|[.]\d)", _month_of_year),
    matching(r"(?P<month>\d{1,2})\.(?P<year>20\d\d)(?![\d/]|[.,]\d)", _month_with_point),
    matching(rf"(?P<day>\d{{1,2}})(?P<mark>[/.-])(?P<month>\d{{1,2}}){_NO_MORE}", _day_of_month),
    matching(r"(?P<day>\d{1,2})(?P<mark>/)(?P<month>\d{1,2})(?=-\d{1,2}/\d)", _day_of_month),
)
DAY_AFTER_TIME: Final[Rule] = matching(
    r"/ ?(?=\d{1,2}[/-]\d{1,2}(?![\d.]))|-{1,2} ?(?=\d{1,2}(?P<m>[/.-])\d{1,2}(?P=m)20\d\d(?!\d))"
    r"|-(?=\d{1,2}/(?:0?[1-9]|1[0-2])(?![\d/hg:]))",
    _date_after_time,
)
