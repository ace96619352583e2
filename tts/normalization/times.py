"""Times of day and how long something takes."""

import re
from typing import Final

from tts.normalization.numbers import cardinal
from tts.normalization.scene import Hit, Rule, Scene, matching

_HOURS, _MINUTES = 24, 59
_HOUR_CUE: Final = re.compile(r"\b(?:lúc|vào|hồi|trước|sau|từ|đến|sáng|chiều|tối|trưa|giờ|thời gian|khoảng)$")
_DAY_FOLLOWS: Final = re.compile(  # "20g ngày 31/12", "19g các tối"; "20g ngày 2 lần" is a weight
    r",? (?:ngày (?:\d{1,2}(?:[/-]| tháng|, ?\d)|mai|thứ)"
    r"|(?:(?:các|mỗi|hằng|hàng) )?(?:sáng|trưa|chiều|tối(?! đa| thiểu| ưu)|đêm)\b"
    r"|(?:[Tt]hứ (?:[2-7]|(?i:hai|ba|tư|năm|sáu|bảy))|CN|T[2-7]|[Cc]hủ nhật|h[ằà]ng ngày|mỗi ngày|hôm)\b)"
)
_HOUR_FOLLOWS: Final = re.compile(r" ?(?:-|đến|tới) ?\d{1,2} ?g(?:\d\d)?(?!\w)")
_WORK_CUE: Final = re.compile(
    r"\b(?:điện|nước|họp|học|sóng|thanh|việc|khám|tiêm|lịch|ca|thời gian|giờ|tiếp|đón|mở cửa|bán)$"
)
_HOUR_SAID: Final = re.compile(r"\bgiờ\b")
_MIXING_CUE: Final = re.compile(r"\b(?:tỷ lệ|tỉ lệ|bản đồ|tỷ số|tỉ số|pha|trộn|hòa tan|ngâm)(?: [^ ]+){0,8}$")
_AT: Final = re.compile(r"\b(?:lúc|vào lúc|hồi|từ lúc|đến lúc)$")


def _clock(scene: Scene, found: re.Match[str]) -> Hit | None:
    if ":" in found.group() and scene.cue(_MIXING_CUE, 9):
        return None  # "pha tỷ lệ 1:10"
    hour = int(found["hour"])
    given = found.groupdict()
    minute = int(given["minute"] or given.get("spaced") or given.get("bare") or 0)
    second = int(given["second"] or 0)
    if hour > _HOURS or minute > _MINUTES or second > _MINUTES:
        return None
    said = f"{cardinal(hour)} giờ"
    if minute or second:
        said += f" {cardinal(minute)} phút"
    if second:
        said += f" {cardinal(second)} giây"
    return Hit(found.end(), said, "time")


def _hour(scene: Scene, found: re.Match[str]) -> Hit | None:
    """14g, where a time of day is spoken of (else it is a weight)."""
    hour = int(found["hour"])
    follows = scene.follows(_DAY_FOLLOWS, found.end()) is not None
    cued = scene.rule == "time" or scene.cue(_HOUR_CUE, 2) or follows
    if scene.follows(_HOUR_FOLLOWS, found.end()):
        cued = cued or scene.at_start or scene.cue(_WORK_CUE, 2) or scene.cue(_HOUR_SAID, 14)
    return Hit(found.end(), f"{cardinal(hour)} giờ", "time") if cued and hour <= _HOURS else None


def _pointed(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A time with a point, after "lúc": 14.30."""
    cued = scene.cue(_AT, 2)
    return _clock(scene, found) if cued else None


def _minutes_and_seconds(_scene: Scene, found: re.Match[str]) -> Hit:
    """How long something takes, in marks: 2' 30'' (two minutes and a half)."""
    return Hit(found.end(), f"{cardinal(int(found[1]))} phút {cardinal(int(found[2]))} giây", "time")


def _raced(_scene: Scene, found: re.Match[str]) -> Hit:
    """How fast a race was run: 10"85, 1'25"3."""
    minutes = f"{cardinal(int(found[1]))} phút " if found[1] else ""
    return Hit(found.end(), f"{minutes}{cardinal(int(found[2]))} giây {cardinal(int(found[3]))}", "time")


def _on_a_day(scene: Scene, found: re.Match[str]) -> Hit | None:
    """An hour and its day, as weather is told: "từ 19h/26 đến 19h/27"."""
    clock = _clock(scene, found)
    return Hit(clock.end, f"{clock.spoken} ngày", "time") if clock else None


def _days_and_nights(_scene: Scene, found: re.Match[str]) -> Hit:
    """A journey, as tours are sold: 3N2Đ."""
    return Hit(found.end(), f"{cardinal(int(found[1]))} ngày {cardinal(int(found[2]))} đêm", "time")


_MINUTE_SIGN: Final = r"(?: ?(?:phút|ph|p|m|')(?!\w))"
_SECONDS: Final = r"(?: ?(?P<second>\d{1,2}) ?(?:giây|s)(?!\w))?"
_AFTER_BARE_MINUTES: Final = (
    r"(?= *(?:$|[,.;:)-](?!\d)| (?:ngày|sáng|trưa|chiều|tối|đêm|đến|tới|hằng|hàng|mỗi)\b))"
)
TIME_RULES: Final[tuple[Rule, ...]] = (
    matching(r"(?:(\d{1,2})' ?)?(\d{1,2})\"(\d{1,2})(?!\w)", _raced),
    matching(r"(\d{1,2})' ?(\d{1,2})(?:''|\")(?!\w)", _minutes_and_seconds),
    matching(r"(\d{1,2})N(\d{1,2})Đ(?!\w)", _days_and_nights),
    matching(r"(?P<hour>\d{1,2})[hg](?P<minute>\d{1,2})' ?(?P<second>\d{1,2})(?:''|\")(?!\w)", _clock),
    matching(
        r"(?P<hour>\d{1,2})[hg](?P<minute>[0-5]\d)?(?P<second>)/"
        r"(?=(?:0?[1-9]|[12]\d|3[01])(?:/\d{1,2}(?:/\d{4})?)?"
        r"(?![\w/]|[.,]\d| (?:ngày|buổi|tuần|người|ca)\b))",
        _on_a_day,
    ),
    matching(
        r"(?P<hour>\d{1,2})\.(?P<minute>[0-5]\d)(?P<second>)(?: ?(?:h|giờ)(?!\w))?(?![\d%]|[.,]\d)", _pointed
    ),
    matching(r"(?P<hour>\d{1,2})g(?!\w)", _hour),
    matching(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?![\d:]|[.,]\d)", _clock),
    matching(  # 17h, 17h30, 17h 30p, 17g30
        r"(?P<hour>\d{1,2}) ?(?:[hH]|g(?=\d))(?!\.?[^\W\d])"
        rf"(?:[.:]?(?P<minute>\d{{2}}|\d(?![\w/:-]|[.,]\d))(?!\d){_MINUTE_SIGN}?"
        rf"| (?P<spaced>\d{{1,2}}){_MINUTE_SIGN}"
        rf"| (?P<bare>\d{{2}}){_AFTER_BARE_MINUTES})?{_SECONDS}",
        _clock,
    ),
    matching(  # 17 giờ 30, 17 giờ 30 phút
        rf"(?P<hour>\d{{1,2}}) ?giờ ?(?:(?P<minute>\d{{2}}){_AFTER_BARE_MINUTES}"
        rf"|(?P<spaced>\d{{1,2}}){_MINUTE_SIGN})"
        rf"{_SECONDS}",
        _clock,
    ),
)
