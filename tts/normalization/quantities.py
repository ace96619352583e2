"""Amounts: numbers with units, money, percent, fractions, and bare numbers."""

import re
from typing import Final

from tts.normalization.dates import SCALE_CUE
from tts.normalization.fields import PlainNumber, Quantity
from tts.normalization.houses import ADDRESS_CUE
from tts.normalization.lexicon import LETTERS, MONEY, SCALES, UNITS
from tts.normalization.numbers import cardinal, spell_digits, written_number
from tts.normalization.patterns import compiled
from tts.normalization.scene import Hit, Rule, Scene, hit_of, matching
from tts.normalization.scores import SCORE_CUE

_WHOLE: Final = r"(?:\d{1,3}(?:\.\d{3})+|\d+)"
_NUMBER: Final = (
    r"\d{1,3}(?:\.\d{3})+(?:,\d+)?(?![\d]|\.\d)|\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?(?!\d)"
    r"|\d{1,3}(?: \d{3}){1,5}(?:,\d{1,3})?(?= ?(?:đồng|đ|VNĐ|VND|vnđ|ha|m2|m²|m3|m³|tấn|kg|km|kWh)(?!\w))"
    r"|[1-9]\d{0,2}(?: \d{3}){0,4} 000(?![\d.,]*\d)|\d+(?:[.,]\d+(?!\d|[.,]\d))?"
)
_UNIT: Final = "|".join(  # in "1m35" there are no cubic metres
    re.escape(unit) + (r"(?!\d)" if unit[-1].isdecimal() else "")
    for unit in sorted(UNITS, key=len, reverse=True)
)
_SCALE: Final = "|".join(re.escape(scale) for scale in sorted(SCALES, key=len, reverse=True))
_AGED: Final = re.compile(
    r"\b(?:nam|nữ|bệnh nhân|ông|bà(?! con)|anh|chị|cháu|bé|em|nạn nhân)(?: [^ ]+){0,3}$"
    r"|\b(?:đủ|tròn)$"
    r"|\b(?:người(?: cao tuổi)?|trẻ|độ tuổi|cụ)(?: (?:từ|trên|dưới|nhỏ|lớn|hơn|hoặc|bằng|[^ ]+ đến))*$"
)
_AGE_FOLLOWS: Final = re.compile(
    r"\)?[,;]? ?(?:trú|HKTT|ở|quê|ngụ|tạm trú|thường trú|nghề nghiệp|điều khiển|lái|là|cao|mặc)\b"
)
_TALL: Final = re.compile(r"\b(?:dài|ngang|trẻ (?:dưới|nhỏ hơn)|(?:cao|sâu)(?: khoảng| hơn)?)$")
_PULSE: Final = re.compile(r"\b(?:mạch|nhịp tim|nhịp thở|tần số tim|thở)\b")
_SCREENS: Final = frozenset({"480", "720", "1080", "1440", "2160"})  # lines of a picture: 1080p
_LEAST_PAID: Final = 3  # figures of a sum before a free-standing đ
_NO_THOUSANDS_CUE: Final = re.compile(
    r"\b(?:khuyến cáo|khẩu hiệu|phương châm|thông điệp|quy tắc|nguyên tắc|biện pháp|inh|độ phân giải)$"
)
_CLOSE_ONLY: Final = frozenset({"k", "K", "s", "p", "V", "T", "t", "TB"})  # units only right at the number
_ORDINAL_CUE: Final = re.compile(r"\b(?:lần thứ|thứ)$")
_MONTH_OR_DAY: Final = re.compile(r"\b(?:tháng|thứ)$")
_ELECTRIC: Final = re.compile(
    r"\b(?:điện|nguồn|pin|ắc quy|bình|dòng|công tơ|cầu chì|cầu dao|át tô mát|sạc)\b"
)
_LOAD: Final = re.compile(r"\b(?:tải|tải trọng|trọng tải|nặng|cẩu|cân)(?: (?:là|trên|dưới|hơn|từ|đến))?$")
_NO_POWER: Final = re.compile("[/-][A-ZĐ]")  # "123 CV/ĐU" is a letter
_HORSEPOWER: Final = frozenset({"CV", "HP", "hp"})
_LETTERS_FOLLOW: Final = re.compile(r" (?:chưa|của|đến|đi|chỉ đạo|về|số|được|đã|đôn đốc)\b")
_ENGINE: Final = re.compile(r"\b(?:tàu|thuyền|ghe|máy|công suất|động cơ|bơm|cày|từ|dưới|trên)\b")
_SPAN_FOLLOWS: Final = re.compile(r" (?:ngày|tuần|giờ)\b(?! \d)")  # "2 tháng 4 ngày"
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:\.\d{3})+")
_MINUTES: Final = re.compile(r"\d{1,3}")
_OPENED: Final = re.compile(r"(?<!\d)'")  # a quote, not the minutes of a number before
_LABEL_CUE: Final = re.compile(
    r"\b(?:mục|điểm|khoản|phần|điều|phiên bản|bảng|hình|phụ lục|chương|tiêu chí|chỉ tiêu|nội dung|nhiệm vụ)$"
    r"|\bchấm(?: [^ ]+){1,2}(?: và| đến| hoặc)?$"  # the next of several
)
_ERA_CUE: Final = re.compile(
    r"\b(?:công nghiệp|cách mạng|công nghệ|oét|nông nghiệp|thời đại|thời kỳ|kỷ nguyên|giáo dục|y tế|du lịch)$"
)
_LABELS: Final = re.compile(
    r"\b(?:[Mm]ục|[Đđ]iểm|[Tt]iêu chí|[Pp]hần) \d{1,2}\.\d{1,2}(?:[,;] \d{1,2}\.\d{1,2}){0,4}[,;]$"
)
_PROJECT_NUMBER: Final = re.compile(r"0[1-9]")
_PROJECT_CUE: Final = re.compile(r"\bđề án$")  # "Đề án 06" is called "không sáu"
_LISTED_CUE: Final = re.compile(
    r"\b(?:khối|lớp|tổ|thôn|khu phố|tiết|đội|khoản|điều|tuần|tháng|phòng|ấp|khóm|xóm|các số|thứ"
    r"|(?<!phụ )(?<!trợ )cấp|loại|đợt|mũi|hạng|nhóm)$"
)
_SURE_LIST: Final = 3  # so many with commas are no decimal number, whatever word follows
_WORD_FOLLOWS: Final = re.compile(r" [^\W\d_]")
_PLACE_FOLLOWS: Final = compiled(
    r"(?:Điều|điều|Luật|của|và|tại|xã|phường|thôn|thị trấn|khu|được|đến|họp|mất|bị|cúp|ngừng|trường)\b"
    r"|[A-ZĐÀ-Ỹ]"
)
_EASY_DENOMINATOR: Final = 10  # "ba phần tư", but "năm mươi trên sáu mươi lăm"
_ONLY_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*(?: (?:nghìn|triệu|tỷ|đồng|điểm|mét|m|cm|lần)){0,2} *\.?$")
_TWO_YEARS: Final = re.compile(r"(?:19|20)\d\d/(?:19|20)\d\d")
_COMMA_THOUSANDS: Final = re.compile(r"\d{1,3},\d{3}")
_WHOLE_FOLLOWS: Final = re.compile(
    r" (?:người|hộ|con|cây|em|học sinh|cử tri|đại biểu|nhân khẩu|phiếu|lượt|hồ sơ|trường hợp|lao động|suất"
    r"|căn|thửa|cuộc|đơn|đảng viên|hội viên|đoàn viên|chiến sĩ|cán bộ|tờ rơi|liều|bản|cuốn|xe|tàu)\b(?!/)"
)
_GRADE_CUE: Final = re.compile(
    r"\b(?:(?<!nha )trang|tờ(?: số)?|tập|bài|câu|lần|bậc|hạng|thứ|thương binh|bệnh binh|loại|thợ|cấp|mức)$"
)
_GRADES_LISTED: Final = re.compile(  # "thương binh 1/4, 2/4"
    r"\b(?:thương binh|bệnh binh|bậc)(?: loại| hạng)?(?: (?:một|hai|ba|bốn|năm|sáu|bảy|trên|và|đến))+$"
)
_LONG: Final = 4  # figures; no day and no item of a list has as many
_WEDNESDAY: Final = 4
_ENDS: Final = r"(?![^\W\d_])"


def _amount(scene: Scene, found: re.Match[str]) -> Hit | None:
    number, scale, unit = found["number"], found["scale"], found["unit"]
    gap = found["gap"] or ""
    if scale == "K" and (number == "5" or scene.cue(_NO_THOUSANDS_CUE, 3)):
        return None  # the five rules against an epidemic (5K), a picture of 4K
    if (unit in _CLOSE_ONLY or scale in {"k", "K"}) and gap and not _stands_apart(scene, number, unit):
        return None
    if _is_no_unit(scene, found):
        return None
    paid = unit in MONEY and not scale and _COMMA_THOUSANDS.fullmatch(number)
    said = _plain_number(scene, number.replace(",", ".") if paid else number)  # 500,000 đồng are no decimals
    unit, per = found["scaled"] or unit, found["per"]
    fields = Quantity(
        number,
        said,
        scale=SCALES[scale] if scale else "",
        unit=_unit_said(scene, found, unit) if unit else "",
        per=UNITS.get(per, per) if per else "",
    )
    rule = "money" if unit in MONEY else "percent" if unit == "%" else "unit"
    return hit_of(found.end(), fields, rule, sure=not _COMMA_THOUSANDS.fullmatch(number))


def _unit_said(scene: Scene, found: re.Match[str], unit: str) -> str:
    """The words of a unit, or of another one that is written alike."""
    if _is_age(scene, found, unit):
        return "tuổi"
    if unit == "p" and found["number"] in _SCREENS:
        return "pê"
    tall = unit in {"m2", "m3"} and not (found["gap"] or found["per"]) and scene.cue(_TALL, 3)
    if tall and len(found["number"]) == 1:
        return f"mét {cardinal(int(unit[1]))}"  # "cao 1m2"
    beats = unit == "l" and found["per"] in {"p", "ph"} and scene.cue(_PULSE, 6)
    return "lần" if beats else UNITS[unit]  # "mạch 90 l/p"


def _is_no_unit(scene: Scene, found: re.Match[str]) -> bool:
    """Whether what follows the number only looks like a unit."""
    number, unit, gap = found["number"], found["unit"], found["gap"]
    if unit in _HORSEPOWER:
        return not _is_power(scene, found)
    if unit == "h" and gap and re.match(r"\.[^\W\d_]", scene.line[found.end() : found.end() + 2]):
        return True  # "tuần 3 h.tháng"
    if unit in {"đ", "Đ"}:
        return bool(gap) and len(number) < _LEAST_PAID  # "khoản 1 đ" is a point's letter
    if unit == "'":  # a closing quote
        return bool(gap or not _MINUTES.fullmatch(number) or _OPENED.search(scene.before(found.start())))
    return False


def _is_age(scene: Scene, found: re.Match[str], unit: str) -> bool:
    """Whether a T after a number is years of age: "BN nữ, 34T", "(29T, trú xã X)"."""
    aged = scene.cue(_AGED, 8) or scene.follows(_AGE_FOLLOWS, found.end())
    return unit in {"T", "t"} and bool(aged)


def _is_power(scene: Scene, found: re.Match[str]) -> bool:
    """Whether CV or HP after a number is horsepower: "10 CV chưa trả lời" are letters, HP1 is a class."""
    end = found.end()
    if (
        scene.follows(_NO_POWER, end)
        or scene.line[end : end + 1].isdecimal()
        or (found["unit"] == "CV" and scene.follows(_LETTERS_FOLLOW, end))
    ):
        return False
    return len(found["number"]) > 1 or found["unit"] != "CV" or scene.cue(_ENGINE, 8)


def _stands_apart(scene: Scene, number: str, unit: str | None) -> bool:
    """Whether a V apart from its number means volts ("220 V", no Roman five), or a T tonnes."""
    if unit == "T":
        return scene.cue(_LOAD, 3)
    return unit == "V" and (len(number) > 2 or scene.cue(_ELECTRIC, 4))  # noqa: PLR2004


def _plain_number(scene: Scene, number: str, *, counted: bool = False) -> str:
    if _PROJECT_NUMBER.fullmatch(number) and scene.cue(_PROJECT_CUE, 2):
        return spell_digits(number)
    if number.isdecimal() and number.startswith("0") and len(number) > 2:  # noqa: PLR2004
        return spell_digits(number)
    if number.isdecimal() and scene.words:
        value = int(number) if len(number) < 3 else 0  # noqa: PLR2004
        if value == 4 and scene.cue(_MONTH_OR_DAY, 1) and not counted:  # noqa: PLR2004
            return "tư"
        if value == 1 and scene.cue(_ORDINAL_CUE, 2):
            return "nhất"
    return written_number(number)


def _bare(scene: Scene, found: re.Match[str]) -> Hit | None:
    number = found.group()
    if number.endswith(".0") and scene.cue(_ERA_CUE, 3):
        return _version(scene, found)  # "công nghiệp 4.0"
    labelled = "." in number and (scene.cue(_LABEL_CUE, 4) or _LABELS.search(scene.before(found.start())))
    labelled = labelled and number.count(".") == 1 and "," not in number
    label = _version(scene, found) if labelled else None  # "chỉ tiêu 2.150 tân binh" is none
    if label:
        return label
    sure = not _COMMA_THOUSANDS.fullmatch(number)
    if not sure and scene.follows(_WHOLE_FOLLOWS, found.end()):
        number = number.replace(",", ".")  # "2,000 người": nobody is counted by thousandths
    counted = scene.follows(_SPAN_FOLLOWS, found.end()) is not None
    value = int(number) if number.isdecimal() and len(number) < _LONG else None
    fields = PlainNumber(value, _plain_number(scene, number, counted=counted))
    return hit_of(found.end(), fields, "number", sure=sure)


def _spaced_thousands(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Thousands with spaces for points, before what is counted: "1 015 hộ"."""
    if scene.cue(_LISTED_CUE, 2) or scene.cue(ADDRESS_CUE, 1):
        return None  # "tổ 5 120 hộ"
    return Hit(found.end(), cardinal(int(found.group().replace(" ", ""))), "number")


def _version(_scene: Scene, found: re.Match[str]) -> Hit | None:
    """Numbers with several dots that are no thousands: 1.1, 2.3.4."""
    if _THOUSANDS.fullmatch(found.group()):
        return None
    parts = found.group().split(".")
    return Hit(found.end(), " chấm ".join(_part(part) for part in parts), "number")


def _part(digits: str) -> str:
    return cardinal(int(digits)) if len(digits) <= 4 else spell_digits(digits)  # noqa: PLR2004


def _ratio(scene: Scene, found: re.Match[str]) -> Hit | None:
    """3:2 and 1:500; in the numbers of technical standards the year follows (QCVN 01:2021)."""
    first, second = found.groups()
    if re.fullmatch(r"(?:19|20)\d\d", second) and not scene.cue(SCALE_CUE, 4):
        return Hit(found.end(), f"{spell_digits(first)}, năm {cardinal(int(second))}", "standard")
    if scene.cue(SCORE_CUE, 5):
        return Hit(found.end(), f"{written_number(first)} {written_number(second)}", "score")
    over = "chia" if re.match(r" ?=", scene.line[found.end() : found.end() + 2]) else "trên"
    return Hit(found.end(), f"{written_number(first)} {over} {written_number(second)}", "ratio")


def _procedure(_scene: Scene, found: re.Match[str]) -> Hit:
    """The code of an administrative procedure: 1.012753."""
    first, rest = found.group().split(".")
    return Hit(found.end(), f"{cardinal(int(first))} chấm {spell_digits(rest)}", "identity")


def _standard(_scene: Scene, found: re.Match[str]) -> Hit:
    """The number of a part of a technical standard: QCVN 01-1:2018."""
    number, part, year = found.groups()
    said = f"{spell_digits(number)} gạch ngang {cardinal(int(part))}"
    return Hit(found.end(), f"{said}, năm {cardinal(int(year))}", "standard")


def _fraction(scene: Scene, found: re.Match[str]) -> Hit | None:
    upper, lower = found["upper"].replace(".", ""), found["lower"].replace(".", "")
    if len(upper) > 6 or len(lower) > 6 or int(lower) == 0:  # noqa: PLR2004
        return None
    over = f"{cardinal(int(upper))}", f"{cardinal(int(lower))}"
    if scene.cue(_GRADE_CUE, 2) or scene.cue(_GRADES_LISTED, 8) or scene.cue(SCALE_CUE, 4):
        place = {"1": "nhất", "4": "tư"}.get(upper) if scene.last_words() == "thứ" else None
        return Hit(found.end(), f"{place or over[0]} trên {over[1]}", "fraction")
    if (scene.cue(ADDRESS_CUE, 2) or scene.after_house(found.start())) and "." not in found.group():
        return Hit(found.end(), " xuyệt ".join(over), "address")
    if _TWO_YEARS.fullmatch(found[0]):
        return Hit(found.end(), ", ".join(over), "years")
    unit = f" {UNITS[found['unit']]}" if found["unit"] else ""
    if int(upper) == 1 or (int(upper) < int(lower) <= _EASY_DENOMINATOR):
        fourth = "tư" if int(lower) == 4 else over[1]  # noqa: PLR2004
        return Hit(found.end(), f"{over[0]} phần {fourth}{unit}", "fraction")
    return Hit(found.end(), " trên ".join(over) + unit, "fraction")


def _listed(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Several of a kind without spaces between: "tổ 6,7", "lớp 3,4,5"."""
    numbers = [int(part) for part in re.split("[,/]", found.group())]
    if not scene.cue(_LISTED_CUE, 2) or numbers != sorted(set(numbers)) or not numbers[0]:
        return None
    word = scene.follows(_WORD_FOLLOWS, found.end())
    if word and len(numbers) < _SURE_LIST and not _PLACE_FOLLOWS.match(scene.line, word.end() - 1):
        return None  # "lớp 2,5 mét"
    weekdays = scene.last_words() == "thứ"
    said = ["tư" if weekdays and number == _WEDNESDAY else cardinal(number) for number in numbers]
    return Hit(found.end(), ", ".join(said), "number")


def _lettered(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A part that a letter ends: "mục 2.1.b", "Điều 7.3.b"."""
    if not scene.cue(_LABEL_CUE, 4):
        return None
    said = " chấm ".join(cardinal(int(part)) for part in found["numbers"].split("."))
    return Hit(found.end(), f"{said} chấm {LETTERS[found['letter'].upper()]}", "number")


def _current(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Amperes, where electricity is spoken of: "dòng điện 5A", "công tơ 10(40)A"; "lớp 5A" is a class."""
    if not scene.cue(_ELECTRIC, 6):
        return None
    most = f", {cardinal(int(found['most']))}" if found["most"] else ""
    return Hit(found.end(), f"{written_number(found['number'])}{most} am pe", "unit")


def _voltages(_scene: Scene, found: re.Match[str]) -> Hit:
    """The two sides of a transformer: 22/0,4kV."""
    over = f"{written_number(found['upper'])} trên {written_number(found['lower'])}"
    return Hit(found.end(), f"{over} {UNITS[found['unit']]}", "unit")


def _coordinate(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Where a storm is: 15,5N-112,3E, 15,5°B."""
    whole = not re.search("[.,]", found["number"])
    if found["side"] in "BĐ" and not found["degree"]:
        return None
    if whole and not found["degree"] and not (scene.follows(_EAST, found.end()) or scene.rule == "place"):
        return None
    side = "vĩ Bắc" if found["side"] in "NB" else "kinh Đông"
    return Hit(found.end(), f"{written_number(found['number'])} độ {side}", "place")


def _position(_scene: Scene, found: re.Match[str]) -> Hit:
    """Where a place is, in degrees and minutes: 12°15'B."""
    said = f"{cardinal(int(found['degrees']))} độ {cardinal(int(found['minutes']))} phút"
    if found["seconds"]:
        said += f" {cardinal(int(found['seconds']))} giây"
    if found["side"]:
        said += " vĩ Bắc" if found["side"] in "NB" else " kinh Đông"
    return Hit(found.end(), said, "place")


def _power(_scene: Scene, found: re.Match[str]) -> Hit:
    base, exponent = cardinal(int(found[1])), cardinal(int(found[2]))
    return Hit(found.end(), f"{base} mũ {exponent}", "power")


def _scientific(_scene: Scene, found: re.Match[str]) -> Hit:
    """A number with a power of ten: 2,5×10⁶, 5.10³."""
    said = f"{written_number(found['number'])} nhân mười mũ {cardinal(int(found['power']))}"
    return Hit(found.end(), said, "power")


def _negative(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A minus is one when it stands close before a number and free of what is before it."""
    alone = scene.at_start and scene.follows(_ONLY_NUMBER, found.end())
    opened = scene.line[found.start() - 1 : found.start()] in {"(", ":", "<", ">", "≤", "≥", "="}
    if not (scene.spaced or opened) or (scene.at_start and not (found["unit"] or alone or opened)):
        return None
    return Hit(found.end(), "âm", "negative")


def _money_sign(_scene: Scene, found: re.Match[str]) -> Hit | None:
    scale = f" {SCALES[found['scale']]}" if found["scale"] else ""
    number = found["number"]
    if not scale and _COMMA_THOUSANDS.fullmatch(number):
        number = number.replace(",", ".")  # $1,200
    return Hit(found.end(), f"{written_number(number)}{scale} {UNITS[found['sign']]}", "money")


_EAST: Final = re.compile(r" ?[-,;] ?\d{2,3}(?:[.,]\d+)?°?E(?!\w)")
POWER: Final[Rule] = matching(r"(\d{1,9}) ?\^ ?(-?\d{1,3})(?!\d)", _power)
COORDINATE: Final[Rule] = matching(
    r"(?P<number>\d{1,3}(?:[.,]\d{1,2})?)(?P<degree> ?° ?)?(?P<side>[NBEĐ])(?!\w)", _coordinate
)
POSITION: Final[Rule] = matching(
    r"(?P<degrees>\d{1,3}) ?[°o] ?(?P<minutes>[0-5]?\d)'(?: ?(?P<seconds>[0-5]?\d)(?:''|\"))?"
    r"(?: ?(?P<side>[NBEĐ])(?!\w))?",
    _position,
)
_PER: Final = rf"(?: ?/ ?(?P<per>{_UNIT}){_ENDS})?"
CURRENT: Final[Rule] = matching(
    r"(?P<number>\d{1,3}(?:,\d{1,2})?)(?:\((?P<most>\d{1,3})\))? ?A(?!\w)", _current
)
AMOUNT: Final[Rule] = matching(
    rf"(?P<number>{_NUMBER})(?P<gap> ?)(?:(?P<scale>{_SCALE}){_ENDS}(?!\.đ)"
    rf"(?: ?(?P<scaled>{_UNIT}){_ENDS}(?![²³]))?"
    rf"|(?P<unit>{_UNIT}){_ENDS}(?![²³]){_PER})",
    _amount,
)
NUMBER_RULES: Final[tuple[Rule, ...]] = (
    matching(r"\d{1,2}(?:(?:,\d{1,2}){1,20}|(?:/\d{1,2}){2,4})(?![\w%]|[.,/]\d)", _listed),
    matching(r"(?P<numbers>\d{1,3}(?:\.\d{1,2})*)\.(?P<letter>[a-hklmđ])(?!\w|\.\w)", _lettered),
    matching(r"(?P<upper>\d+(?:,\d+)?)/(?P<lower>\d+(?:,\d+)?) ?(?P<unit>[kK]V)(?!\w)", _voltages),
    matching(r"(?P<upper>\d{2,3})/(?P<lower>\d{3})(?P<unit>V)(?!\w)", _voltages),
    matching(
        rf"(?P<upper>{_WHOLE})/(?P<lower>{_WHOLE})(?![\d/]|[.,]\d)"
        r"(?: ?(?P<unit>h|mmHg|ha|m[23²³]|km|kg|mg|ml|[MG]bps|tấn|lít|k?Wh?|MW|cm|mm)(?!\w))?",
        _fraction,
    ),
    matching(
        r"[1-9]\d{0,2}(?: \d{3}){1,4}(?= (?:hộ|người|trường hợp|con|cây|lượt|học sinh|cử tri|nhân khẩu|phiếu"
        r"|suất|hồ sơ|lao động|đại biểu|căn|thửa|cuộc|vụ|đơn|em|đảng viên|hội viên|đoàn viên)(?!\w))",
        _spaced_thousands,
    ),
    matching(r"\d{1,2}\.\d{6}(?!\d|[.,]\d)", _procedure),
    matching(r"(\d{1,5})-(\d{1,2}):((?:19|20)\d\d)(?!\d)", _standard),
    matching(rf"({_WHOLE}):({_WHOLE})(?![\d:]|[.,]\d)", _ratio),
    matching(r"\d+(?:\.\d+){2,}(?!,?\d)", _version),
    matching(_NUMBER, _bare),
)
SCIENTIFIC: Final[Rule] = matching(
    r"(?P<number>\d{1,4}(?:,\d{1,4})?)(?: ?x ?|\.|\*)10 ?\^ ?(?P<power>-?\d{1,3})(?!\d)", _scientific
)
NEGATIVE: Final[Rule] = matching(r"-(?=\d)(?=[\d.,]+ ?(?P<unit>°|%|độ|oC)?)", _negative)
MONEY_BEFORE: Final[Rule] = matching(
    rf"(?P<sign>VNĐ|VND|USD|EUR|US\$) ?(?P<number>{_NUMBER})(?: ?(?P<scale>{_SCALE}){_ENDS})?", _money_sign
)
MONEY_SIGN: Final[Rule] = matching(
    rf"(?P<sign>[$€£¥]) ?(?P<number>{_NUMBER})(?: ?(?P<scale>{_SCALE}){_ENDS})?", _money_sign
)
