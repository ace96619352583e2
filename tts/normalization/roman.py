"""Roman numbers, and capitals that only look like them."""

import re
from typing import Final

from tts.normalization.lexicon import ABBREVIATIONS, LETTERS
from tts.normalization.numbers import cardinal, roman_value
from tts.normalization.scene import Hit, Rule, Scene, matching
from tts.normalization.syllables import is_syllable

_ROMAN_CUE: Final = re.compile(
    r"\b(?:chương|mục|quận|phần|khóa|khoá|kỳ|kì|thế kỷ|thế kỉ|thứ|loại|cấp|hạng|phụ lục|quý|đại hội|nhóm|vùng"
    r"|bậc|tập|đợt|giai đoạn|quân khu|khu vực|chuyên khoa|điều|khu|thế chiến|bảng|tiểu mục|vòng|vành đai"
    r"|quyển|giải|lớp|miền|cụm|đội|trạm|tổ|lần|dạng|thể|kiểu|mẫu|biểu|hình|phân khu|tiểu khu|liên khu|đường"
    r"|ca|(?<!tọa )độ|vụ|lô|chi bộ|đảng bộ|chi đoàn|chi hội|khối"
    r"|tiểu ban|mũi|phân ban|tổ máy|hợp phần|tiểu dự án|gói thầu|phân xưởng|chặng|phân hiệu"
    r"|phụ biểu|tiểu đoàn|đại đội|trung đoàn|sư đoàn|phân viện|danh mục)$"
)
_PART_CUE: Final = re.compile(  # before I and V only: "dự án X" is one that has no name
    r"\b(?:số|dự án|nội dung|tiêu chuẩn|cơ sở|phương án|kênh|tuyến|danh sách|giáo án|học phần|hội thảo)$"
)
_ROMAN_CHAIN: Final = re.compile(r"\b(?:và|đến|hoặc|tới)$")
_ORDINAL_CUE: Final = re.compile(r"\bthứ$")
_SECOND_FOLLOWS: Final = re.compile(r",? (?:và )?II(?!\w)")  # "I, II, III"
_SUMMED: Final = re.compile(r" ?\+ ?[IVX]{1,4}(?!\w)")  # "tổng (I + II)"
_SUM_BEFORE: Final = re.compile(r"(?<!\w)[IVX]{1,4} ?\+$")
_ROMAN_SERIES: Final = re.compile(
    r"\b(?:chương|mục|quận|phần|quý|khóa|vùng|nhóm|khu vực|loại|cấp|hạng|mức|bậc|độ|giai đoạn|phụ lục)\b"
)
_GLUED: Final = {  # initials that a Roman number is written to
    "GĐ": "giai đoạn",
    "KV": "khu vực",
    "BĐ": "báo động",
    "QK": "quân khu",
    "HK": "học kỳ",
}


def _roman(scene: Scene, found: re.Match[str]) -> Hit | None:
    value = roman_value(found.group())
    if value is None:
        return None
    cued = scene.cue(_ROMAN_CUE, 2) or (found.group() in {"I", "V"} and scene.cue(_PART_CUE, 2))
    listed = scene.rule == "roman" and scene.before(found.start())[-1:] == ","
    if not (cued or listed) and is_syllable(found.group()) and in_headline(scene, found):
        return None  # "VI PHẠM", "XI MĂNG"
    summed = _SUMMED.match(scene.line, found.end()) or _SUM_BEFORE.search(scene.before(found.start()))
    chained = listed or summed or (scene.cue(_ROMAN_CHAIN, 1) and scene.cue(_ROMAN_SERIES, 6))
    first = value == 1 and _SECOND_FOLLOWS.match(scene.line, found.end())
    if not cued and not chained and not first and len(found.group()) == 1:
        return None
    ordinal = scene.cue(_ORDINAL_CUE, 1)
    said = {1: "nhất", 4: "tư"}.get(value, cardinal(value)) if ordinal else cardinal(value)
    return Hit(found.end(), said, "roman")


def _roman_of(scene: Scene, found: re.Match[str]) -> Hit | None:
    """One of so many: "bậc I/V"."""
    first, all_of = roman_value(found[1]), roman_value(found[2])
    if not (first and all_of and scene.last_words() == "bậc"):
        return None
    return Hit(found.end(), f"{cardinal(first)} trên {cardinal(all_of)}", "roman")


def _roman_and_letter(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A part of what a Roman number counts: "nhóm IIB", "mục Ia"."""
    value = roman_value(found["roman"])
    listed = scene.rule == "roman" and scene.before(found.start())[-1:] == ","
    if value is None or not (listed or scene.cue(_ROMAN_CUE, 2)):
        return None
    return Hit(found.end(), f"{cardinal(value)} {LETTERS[found['letter'].upper()]}", "roman")


def _roman_label(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A place in a text of several kinds of numbers: "mục II.2.a"."""
    value = roman_value(found["roman"])
    if value is None or not scene.cue(_ROMAN_CUE, 2):
        return None
    parts = found["more"].strip(".").split(".")
    said = [cardinal(int(part)) if part.isdecimal() else LETTERS[part.upper()] for part in parts]
    return Hit(found.end(), " chấm ".join([cardinal(value), *said]), "roman")


def _after_initials(_scene: Scene, found: re.Match[str]) -> Hit | None:
    """GĐII, HKI: initials and a Roman number in one word."""
    value = roman_value(found["roman"])
    return Hit(found.end(), f"{_GLUED[found['head']]} {cardinal(value)}", "roman") if value else None


def in_headline(scene: Scene, found: re.Match[str]) -> bool:
    """Whether a neighbour is a whole word in capitals ("BAN HÀNH"): then this is a word too."""
    before = scene.before(found.start()).rsplit(" ", 1)[-1].lstrip("\"'(")
    after = scene.after(found.end()).split(" ", 1)[0].rstrip("\"'),.;:")
    return any(
        word.isupper() and len(word) > 1 and is_syllable(word) and word not in ABBREVIATIONS
        for word in (before, after)
    )


ROMAN_RULES: Final[tuple[Rule, ...]] = (
    matching(r"(?P<roman>[IVX]{1,5})(?P<more>(?:\.(?:\d{1,2}|[a-zđ]))+)(?!\w|\.\d)", _roman_label),
    matching(rf"(?P<head>{'|'.join(_GLUED)})(?P<roman>[IVX]{{1,4}})(?!\w)", _after_initials),
    matching(r"([IVX]{1,4})/([IVX]{1,4})(?![\w/])", _roman_of),
    matching(r"[IVX]+(?!\w)", _roman),
    matching(
        r"(?P<roman>[IVX]{2,5}(?=[A-D])|I(?=[AB])|[IVX]{1,5}(?=[a-dđ]))(?P<letter>\w)(?!\w)",
        _roman_and_letter,
    ),
)
