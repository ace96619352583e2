"""Words on both sides that tell a day from a part: "trước 5/12 tại trạm", but "đạt 5/12 chỉ tiêu"."""

import re
from typing import Final

from tts.normalization.lexicon import COUNTED, SCALES, UNITS
from tts.normalization.scene import Scene

_EASY: Final = 5  # a part out of more than so many is seldom written without what it is of
_BY: Final = re.compile(r"\b(?:trước|sau|vào|kể từ|chậm nhất|muộn nhất|trễ nhất)$")
_FROM: Final = re.compile(r"\b(?:từ|đến|tới|hết)$")
_COUNTED: Final = rf"(?:{'|'.join(map(re.escape, COUNTED))})(?!\w)"
COUNTED_FOLLOWS: Final = re.compile(  # "1/5 dân số", but neither "tổ chức" nor the name of a place or an hour
    rf" ?(?!tổ chức|(?:tổ|thôn|phường|khu|xóm|ấp) \d|(?:ngày|giờ) ?(?:\d|trưa|sáng|chiều|tối)){_COUNTED}"
)
_AMOUNT_CUE: Final = re.compile(
    r"\b(?:tăng|giảm|có|gồm|với|thu|chi|hoàn thành|vắng|mặt|đã|là|chỉ|mất|trên|dưới|thứ|phần(?: [^ ]+){1,12}"
    r"|bài|tờ|trang|tập|quyển|phố|chia|điểm|chấm|kết quả|mức|thị lực|(?<!ra )mắt|phải|trái|quân số|biên chế"
    r"|áp(?: ga)?|trình độ|tỷ lệ|tỉ lệ|số|bậc|hạng|lớp|khối|nhóm|cấp|tổ|khóa|được|đạt|còn|bằng|gấp|chiếm"
    r"|hơn|gần|phần|lô|thửa|phòng|nhà|hẻm|kiệt|ngõ|nhịp|cỡ|loại|ống|pha|nồng độ|thuốc|đinh|bản|kích thước|khổ"
    r"|giấy|đàn|phi|khoan|lê|ren|gỗ|gạch|thắng|vòng|chọn|phương án|tiến độ|tín nhiệm|mờ pê|mờ tê|môi trường"
    r"|xếp|(?:đúng|trễ|sớm) hạn)$"
)
_WHERE_OR_WHEN: Final = re.compile(
    r" (?:tại|ở|lúc|do|vì|trên địa bàn|từ (?:\d{1,2} ?(?:h|g|giờ|:)|sáng|chiều|tối)|và \d{1,2}/\d{1,2})(?!\w)"
    r"| (?:thay|xong|này|vừa|cho|để|nhằm|sẽ|đã|không|cùng|bắt đầu|đến \d{1,2}/\d{1,2})(?!\w)"
    r"| (?:- )?\d{1,2} ?(?:h|g|giờ|:\d\d)(?![^\W\d])"
)
_ENDS: Final = re.compile(r" ?(?:[,;:)(](?! ?(?:vắng|còn|thiếu)\b)|\.?$|\. )")
_HEADS_A_LINE: Final = re.compile(r": |, ?\d{1,2}(?:h|g| giờ|:\d\d)")
_DAYS, _MONTHS = 31, 12
_AMOUNT_FOLLOWS: Final = re.compile(
    rf" ?(?:{_COUNTED}|(?:{'|'.join(re.escape(one) for one in (*SCALES, *UNITS))})(?!\w)"
    r"|(?:lên|xuống|còn|điểm|độ|lần|phần|đồng|so với)(?!\w)|[xX×=+%])"
)
_UNTIL: Final = re.compile(
    r" ?(?:-|đến|tới|lên|xuống) ?(?P<day>\d{1,2})(?P<sign>[.,])(?P<month>\d{1,2})(?!\d|[.,]\d)"
)
_OTHER_PART: Final = re.compile(rf"\d/\d{{1,2}}(?: ?%| {_COUNTED})")


def is_told_by_words(scene: Scene, found: re.Match[str]) -> bool:
    """Whether words tell that two numbers with a stroke are a day: "trước 5/12", "họp 4/12 lúc 7h"."""
    number, end = int(found["month"]), found.end()
    if found["mark"] == "-" or scene.follows(COUNTED_FOLLOWS, end):
        return False
    if scene.cue(_BY, 2):
        return True
    return scene.cue(_FROM, 1) and (number > _EASY or "0" in (found["day"][0], found["month"][0]))


def is_pointed_number(scene: Scene, end: int) -> bool:
    """Whether two numbers with a point, up to `end`, are a decimal: "từ 1.7 lên 2.3", "nay 1.5 tấn"."""
    until = scene.follows(_UNTIL, end)
    if until:
        day, number = int(until["day"]), int(until["month"])
        decimal = until["sign"] == "," or not (1 <= day <= _DAYS and 1 <= number <= _MONTHS)
        return decimal or scene.follows(_AMOUNT_FOLLOWS, until.end()) is not None
    return scene.follows(_AMOUNT_FOLLOWS, end) is not None or scene.cue(_AMOUNT_CUE, 16)


def is_likely_a_day(scene: Scene, found: re.Match[str]) -> bool:
    """Whether two numbers are rather a day than a part, though no word says so: "họp 4/12 lúc 7h"."""
    end = found.end()
    if found["mark"] != "/" or int(found["month"]) <= _EASY or scene.cue(_AMOUNT_CUE, 16):
        return False
    if scene.follows(_WHERE_OR_WHEN, end):
        return True
    ends = _HEADS_A_LINE if scene.at_start else _ENDS
    return ends.match(scene.line, end) is not None and not _OTHER_PART.search(scene.around(found))
