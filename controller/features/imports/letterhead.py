"""Head and foot of an official letter: found and set aside, shown but not read aloud; pure."""

import re
from dataclasses import dataclass
from typing import Final

_COUNTRY: Final = re.compile(r"\bCỘNG H(?:ÒA|OÀ) XÃ HỘI CHỦ NGHĨA VIỆT NAM\b")
_MOTTO: Final = re.compile(r"\bĐộc lập\s*[-–—]\s*Tự do\s*[-–—]\s*Hạnh phúc\b", re.IGNORECASE)
_RULE: Final = re.compile(r"[-–—_=*.\s]+")
_NUMBER: Final = re.compile(r"Số\s*:?\s*[\d.…]*\s*/\s*[\w-]+(?:[\s;].*)?", re.IGNORECASE)
_DATED: Final = re.compile(
    r"[\w\s.,-]{0,60}\bngày\s*[\d.…]{0,4}\s*tháng\s*[\d.…]{0,4}\s*năm\s*[\d.…]{0,6}", re.IGNORECASE
)
_BODY: Final = re.compile(
    r"(?:ỦY BAN|UỶ BAN|UBND|HỘI ĐỒNG|HĐND|ĐẢNG|SỞ|PHÒNG|BAN|XÃ|PHƯỜNG|THỊ TRẤN|TỈNH|HUYỆN|THÀNH PHỐ|ĐẶC KHU"
    r"|CÔNG AN|TRẠM|TRƯỜNG|TRUNG TÂM|MẶT TRẬN|CHI CỤC|CỤC|THÔN|BỘ|CHÍNH PHỦ|THỦ TƯỚNG|HỘI|LIÊN ĐOÀN|ĐOÀN)\b.*"
)
_RECEIVERS: Final = re.compile(r"Nơi (?:nhận|gửi)\s*:?(?:\s*[-–]?\s*(?:như|lưu)\b.*)?", re.IGNORECASE)
_OFFICE: Final = re.compile(
    r"(?:(?:TM|KT|TL|TUQ|Q)\s*\.\s*)?(?:ỦY BAN NHÂN DÂN|UỶ BAN NHÂN DÂN|UBND|BAN CHỈ HUY"
    r"|(?:PHÓ\s+)?(?:CHỦ TỊCH|GIÁM ĐỐC|TRƯỞNG \w+|CHÁNH VĂN PHÒNG|HIỆU TRƯỞNG|BÍ THƯ))\b.*"
)
_SIGNED: Final = re.compile(r"\(?\s*(?:đã ký|ký tên|ký, đóng dấu|ký tên, đóng dấu)\s*\)?", re.IGNORECASE)
_NAME_WORDS = range(2, 7)
_HEAD_LINES, _FOOT_LINES = 14, 30
"""So far from the top and the end a letter has its head and its foot."""
_LONG = 160
"""Characters of a line that is a paragraph, not a receiver or a signature."""


@dataclass(frozen=True, slots=True)
class Parted:
    """The lines of a letter without head and foot, and those two, in the order in which they stood."""

    kept: list[str]
    aside: tuple[str, ...]


def part_letterhead(lines: list[str]) -> Parted:
    """Return the lines without the head and the foot of an official letter; all of them where it has none."""
    start, end = _head(lines), len(lines)
    end = start + _foot(lines[start:])
    aside = (*lines[:start], *lines[end:])
    if not any(line.strip() for line in lines[start:end]):  # nothing but head and foot: then it is meant
        return Parted(lines, ())
    return Parted(lines[start:end], tuple(line for line in aside if line.strip()))


def _head(lines: list[str]) -> int:
    """Return how many lines the head has; 0 without the country's name or motto."""
    top = _with_capitals([line.strip() for line in lines[:_HEAD_LINES]])
    if not any(_is_national(line.strip()) for line in top):
        return 0
    end = 0
    for number, line in enumerate(top, 1):
        if not line.strip():
            continue
        if not _is_head(line.strip()):
            break
        end = number
    return end


def _with_capitals(top: list[str]) -> list[str]:
    """Return the lines as they were printed: the old fonts for capitals (.VnTimeH) hold small letters."""
    if not any(line == line.lower() and _COUNTRY.fullmatch(line.upper()) for line in top):
        return top
    return [line.upper() if line == line.lower() else line for line in top]


def _is_national(line: str) -> bool:
    """Whether the line is the country's name or motto, if need be beside an office in the left column."""
    found = _COUNTRY.search(line) or _MOTTO.search(line)
    if found is None:
        return False
    before, after = line[: found.start()], line[found.end() :]
    return before == before.upper() and not after.strip(" .-–—_*")


def _is_head(line: str) -> bool:
    if _is_national(line):
        return True
    if any(one.fullmatch(line) for one in (_RULE, _NUMBER, _DATED)):
        return True
    return line == line.upper() and _BODY.fullmatch(line) is not None


def _is_office(line: str) -> bool:
    return line == line.upper() and _OFFICE.fullmatch(line) is not None


def _signs(line: str) -> bool:
    """Whether the line may stand below an office: signed, ruled, or nothing but a name."""
    words = line.replace(".", " ").split()
    is_name = len(words) in _NAME_WORDS and all(word.isalpha() and word[0].isupper() for word in words)
    return is_name or any(one.fullmatch(line) for one in (_SIGNED, _RULE))


def _foot(lines: list[str]) -> int:
    """Return where the foot begins; the number of lines where there is none."""
    first = max(len(lines) - _FOOT_LINES, 1)
    end = len(lines)
    for number in range(first, len(lines)):
        if _RECEIVERS.fullmatch(lines[number].strip()):
            end = number if all(len(line) < _LONG for line in lines[number:]) else end
            break
    return _before_signature(lines, end)


def _before_signature(lines: list[str], end: int) -> int:
    """Return where the lines above `end` that only sign begin; `end` where no office signs."""
    at, signs = end, end
    while at > 1:
        line = lines[at - 1].strip()
        if _is_office(line):
            signs = at - 1
        elif line and not _signs(line):
            break
        at -= 1
    return signs
