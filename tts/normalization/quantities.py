"""Amounts: numbers with units, money, percent, fractions, and bare numbers."""

import re
from dataclasses import replace
from typing import Final

from tts.normalization.cues import Cues, any_of
from tts.normalization.fields import PlainNumber, Quantity
from tts.normalization.lexicon import MONEY, SCALES, UNITS
from tts.normalization.numbers import cardinal, spell_digits, written_number
from tts.normalization.scene import Hit, Rule, Scene, hit_of
from tts.normalization.templates import say, simple_rules

_CUE: Final = Cues("quantities")
_DATES: Final = Cues("dates")
_HOUSES: Final = Cues("houses")
_DASHES: Final = Cues("dashes")

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
_SCALE: Final = any_of(SCALES)
_SCREENS: Final = frozenset({"480", "720", "1080", "1440", "2160"})  # lines of a picture: 1080p
_LEAST_PAID: Final = 3  # figures of a sum before a free-standing đ
_CLOSE_ONLY: Final = frozenset({"k", "K", "s", "p", "V", "T", "t", "TB"})  # units only right at the number
_NO_POWER: Final = re.compile("[/-][A-ZĐ]")  # "123 CV/ĐU" is a letter
_HORSEPOWER: Final = frozenset({"CV", "HP", "hp"})
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:\.\d{3})+")
_MINUTES: Final = re.compile(r"\d{1,3}")
_OPENED: Final = re.compile(r"(?<!\d)'")  # a quote, not the minutes of a number before
_PROJECT_NUMBER: Final = re.compile(r"0[1-9]")
_SURE_LIST: Final = 3  # so many with commas are no decimal number, whatever word follows
_WORD_FOLLOWS: Final = re.compile(r" [^\W\d_]")
_EASY_DENOMINATOR: Final = 10  # "ba phần tư", but "năm mươi trên sáu mươi lăm"
_TWO_YEARS: Final = re.compile(r"(?:19|20)\d\d/(?:19|20)\d\d")
_POINTED: Final = re.compile(r"\d{1,2}\.\d{1,2}")
_COMMA_THOUSANDS: Final = re.compile(r"\d{1,3},\d{3}")
_LONG: Final = 4  # figures; no day and no item of a list has as many
_LARGEST_PART: Final = 999_999
_ENDS: Final = r"(?![^\W\d_])"


def _amount(scene: Scene, found: re.Match[str]) -> Hit | None:
    number, scale, unit = found["number"], found["scale"], found["unit"]
    gap = found["gap"] or ""
    if scale == "K" and (number == "5" or scene.cue(_CUE.no_thousands, 3)):
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
    aged = unit in {"T", "t"} and (scene.cue(_CUE.aged, 8) or scene.follows(_CUE.age_follows, found.end()))
    if aged:
        return "tuổi"  # "BN nữ, 34T", "(29T, trú xã X)"
    if unit == "p" and found["number"] in _SCREENS:
        return "pê"
    tall = unit in {"m2", "m3"} and not (found["gap"] or found["per"]) and scene.cue(_CUE.tall, 3)
    if tall and len(found["number"]) == 1:
        return f"mét {cardinal(int(unit[1]))}"  # "cao 1m2"
    beats = unit == "l" and found["per"] in {"p", "ph"} and scene.cue(_CUE.pulse, 6)
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


def _is_power(scene: Scene, found: re.Match[str]) -> bool:
    """Whether CV or HP after a number is horsepower: "10 CV chưa trả lời" are letters, HP1 is a class."""
    end = found.end()
    if (
        scene.follows(_NO_POWER, end)
        or scene.line[end : end + 1].isdecimal()
        or (found["unit"] == "CV" and scene.follows(_CUE.letters_follow, end))
    ):
        return False
    return len(found["number"]) > 1 or found["unit"] != "CV" or scene.cue(_CUE.engine, 8)


def _stands_apart(scene: Scene, number: str, unit: str | None) -> bool:
    """Whether a V apart from its number means volts ("220 V", no Roman five), or a T tonnes."""
    if unit == "T":
        return scene.cue(_CUE.load, 3)
    return unit == "V" and (len(number) > 2 or scene.cue(_CUE.electric, 4))  # noqa: PLR2004


def _plain_number(scene: Scene, number: str, *, counted: bool = False) -> str:
    project = _PROJECT_NUMBER.fullmatch(number) and scene.cue(_CUE.project, 2)
    if project or (number.isdecimal() and number.startswith("0") and len(number) > 2):  # noqa: PLR2004
        return spell_digits(number)
    if number.isdecimal() and scene.words:
        value = int(number) if len(number) < 3 else 0  # noqa: PLR2004
        if value == 4 and scene.cue(_CUE.month_or_day, 1) and not counted:  # noqa: PLR2004
            return "tư"
        if value == 1 and scene.cue(_CUE.ordinal, 2):
            return "nhất"
    return written_number(number)


def _bare(scene: Scene, found: re.Match[str]) -> Hit | None:
    number = found.group()
    if number.endswith(".0") and scene.cue(_CUE.era, 3):
        return _version(scene, found)  # "công nghiệp 4.0"
    labelled = "." in number and (scene.cue(_CUE.label, 4) or _CUE.labels.search(scene.before(found.start())))
    labelled = labelled and number.count(".") == 1 and "," not in number
    label = _version(scene, found) if labelled else None  # "chỉ tiêu 2.150 tân binh" is none
    if label:
        return label
    sure = not _COMMA_THOUSANDS.fullmatch(number)
    pointed = _POINTED.fullmatch(number)  # a decimal, a day or a label
    if not sure and scene.follows(_CUE.whole_follows, found.end()):
        number = number.replace(",", ".")  # "2,000 người": nobody is counted by thousandths
    counted = scene.follows(_CUE.span_follows, found.end()) is not None
    value = int(number) if number.isdecimal() and len(number) < _LONG else None
    fields = PlainNumber(value, _plain_number(scene, number, counted=counted))
    return hit_of(found.end(), fields, "number", sure=sure and not pointed)


def _spaced_thousands(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Thousands with spaces for points, before what is counted: "1 015 hộ"."""
    if scene.cue(_CUE.listed, 2) or scene.cue(_HOUSES.address, 1):
        return None  # "tổ 5 120 hộ"
    return say(found, "{number:written}", "number", number=found.group())


def _version(_scene: Scene, found: re.Match[str]) -> Hit | None:
    """Numbers with several dots that are no thousands: 1.1, 2.3.4."""
    if _THOUSANDS.fullmatch(found.group()):
        return None
    return say(found, "{version:version}", "number", version=found.group())


def _ratio(scene: Scene, found: re.Match[str]) -> Hit | None:
    """3:2 and 1:500; in the numbers of technical standards the year follows (QCVN 01:2021)."""
    scale = scene.cue(_DATES.scale, 4)
    if re.fullmatch(r"(?:19|20)\d\d", found["second"]) and not scale:
        return say(found, "{first:digits}, năm {second}", "standard")
    if scene.cue(_DASHES.score, 5):
        return say(found, "{first:written} {second:written}", "score")
    over = "chia" if re.match(r" ?=", scene.line[found.end() : found.end() + 2]) else "trên"
    sure = scale or over == "chia"
    return say(found, f"{{first:written}} {over} {{second:written}}", "ratio", sure=sure)


def _fraction(scene: Scene, found: re.Match[str]) -> Hit | None:
    upper, lower = int(found["upper"].replace(".", "")), int(found["lower"].replace(".", ""))
    if max(upper, lower) > _LARGEST_PART or lower == 0:
        return None
    over = "{upper:written} trên {lower:written}"
    if scene.cue(_CUE.grade, 2) or scene.cue(_CUE.grades_listed, 8) or scene.cue(_DATES.scale, 4):
        ordinal = upper in {1, 4} and scene.last_words() == "thứ"
        return say(found, "{upper:ordinal} trên {lower:written}" if ordinal else over, "fraction")
    if (scene.cue(_HOUSES.address, 2) or scene.after_house(found.start())) and "." not in found.group():
        return say(found, "{upper} xuyệt {lower}", "address")
    if _TWO_YEARS.fullmatch(found[0]):
        return say(found, "{upper}, {lower}", "years")
    part = upper == 1 or (upper < lower <= _EASY_DENOMINATOR)
    template = ("{upper:written} phần {lower:part}" if part else over) + "[ {unit:unit}]"
    told = found["unit"] or scene.follows(_DATES.amount_follows, found.end()) or scene.cue(_DATES.amount, 16)
    return say(found, template, "fraction", sure=bool(told))  # else it may be a house, a code or a day


def _listed(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Several of a kind without spaces between: "tổ 6,7", "lớp 3,4,5"."""
    numbers = [int(part) for part in re.split("[,/]", found["list"])]
    if not scene.cue(_CUE.listed, 2) or numbers != sorted(set(numbers)) or not numbers[0]:
        return None
    word = scene.follows(_WORD_FOLLOWS, found.end())
    if word and len(numbers) < _SURE_LIST and not _CUE.place_follows.match(scene.line, word.end() - 1):
        return None  # "lớp 2,5 mét"
    return say(found, "{list:row}" if scene.last_words() == "thứ" else "{list:list}", "number")


def _coordinate(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Where a storm is: 15,5N-112,3E, 15,5°B."""
    whole = not re.search("[.,]", found["number"])
    if found["side"] in "BĐ" and not found["degree"]:
        return None
    if whole and not found["degree"] and not (scene.follows(_EAST, found.end()) or scene.rule == "place"):
        return None
    return say(found, "{number:written} độ {side:side}", "place")


def _negative(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A minus is one when it stands close before a number and free of what is before it."""
    alone = scene.at_start and scene.follows(_CUE.only_number, found.end())
    opened = scene.line[found.start() - 1 : found.start()] in {"(", ":", "<", ">", "≤", "≥", "="}
    if not (scene.spaced or opened) or (scene.at_start and not (found["unit"] or alone or opened)):
        return None
    after_number = scene.before(found.start())[-1:].isdecimal()  # "7 -10": a range, or a minus
    return Hit(found.end(), "âm", "negative", sure=not after_number)


def _money_sign(_scene: Scene, found: re.Match[str]) -> Hit | None:
    thousands = not found["scale"] and _COMMA_THOUSANDS.fullmatch(found["number"])  # $1,200
    number = found["number"].replace(",", ".") if thousands else found["number"]
    return say(found, "{number:written}[ {scale:unit}] {sign:unit}", "money", number=number)


_EAST: Final = re.compile(r" ?[-,;] ?\d{2,3}(?:[.,]\d+)?°?E(?!\w)")
COORDINATE: Final[Rule] = Rule(
    r"(?P<number>\d{1,3}(?:[.,]\d{1,2})?)(?P<degree> ?° ?)?(?P<side>[NBEĐ])(?!\w)", _coordinate
)
_PER: Final = rf"(?: ?/ ?(?P<per>{_UNIT}){_ENDS})?"
AMOUNT: Final[Rule] = Rule(
    rf"(?P<number>{_NUMBER})(?P<gap> ?)(?:(?P<scale>{_SCALE}){_ENDS}(?!\.đ)"
    rf"(?: ?(?P<scaled>{_UNIT}){_ENDS}(?![²³]))?"
    rf"|(?P<unit>{_UNIT}){_ENDS}(?![²³]){_PER})",
    _amount,
)
NUMBER_RULES: Final[tuple[Rule, ...]] = (
    Rule(r"(?P<list>\d{1,2}(?:(?:,\d{1,2}){1,20}|(?:/\d{1,2}){2,4}))(?![\w%]|[.,/]\d)", _listed),
    *simple_rules("voltages"),
    Rule(
        rf"(?P<upper>{_WHOLE})/(?P<lower>{_WHOLE})(?![\d/]|[.,]\d)"
        r"(?: ?(?P<unit>h|mmHg|ha|m[23²³]|km|kg|mg|ml|[MG]bps|tấn|lít|k?Wh?|MW|cm|mm)(?!\w))?",
        _fraction,
    ),
    Rule(
        r"[1-9]\d{0,2}(?: \d{3}){1,4}(?= (?:hộ|người|trường hợp|con|cây|lượt|học sinh|cử tri|nhân khẩu|phiếu"
        r"|suất|hồ sơ|lao động|đại biểu|căn|thửa|cuộc|vụ|đơn|em|đảng viên|hội viên|đoàn viên)(?!\w))",
        _spaced_thousands,
    ),
    *simple_rules("standards"),
    Rule(rf"(?P<first>{_WHOLE}):(?P<second>{_WHOLE})(?![\d:]|[.,]\d)", _ratio),
    Rule(r"\d+(?:\.\d+){2,}(?!,?\d)", _version),
    Rule(_NUMBER, _bare),
)
MONEY_BEFORE: Final[Rule] = Rule(
    rf"(?P<sign>VNĐ|VND|USD|EUR|US\$) ?(?P<number>{_NUMBER})(?: ?(?P<scale>{_SCALE}){_ENDS})?", _money_sign
)


def counted_hectares(scene: Scene, hit: Hit) -> Hit:
    """The unit that is a syllable, hectares, where what was said before counts it: "mỗi ha", "5/HA"."""
    if not hit.spoken.endswith("ha") or hit.rule == "province":
        return hit
    *before, last = hit.spoken.split()
    if last == "ha" and _CUE.counts.search(" ".join([*scene.words[-1:], *before]).rstrip(",")):
        said = " ".join([*before, UNITS["ha"]])
        return replace(hit, spoken=said, rule=hit.rule if before else "unit")
    return hit


SIGNED_RULES: Final[tuple[Rule, ...]] = (
    Rule(rf"(?P<sign>[$€£¥]) ?(?P<number>{_NUMBER})(?: ?(?P<scale>{_SCALE}){_ENDS})?", _money_sign),
    Rule(r"-(?=\d)(?=[\d.,]+ ?(?P<unit>°|%|độ|oC)?)", _negative),
)
