"""T2 to T7 and CN: days of the week in short form."""

import re
from typing import Final

from tts.normalization.numbers import cardinal
from tts.normalization.scene import Hit, Rule, Scene, matching

_DAY_CUE: Final = re.compile(
    r"\b(?:trừ|nghỉ|kể cả|sáng|trưa|chiều|tối|đêm|(?:sáng|trưa|chiều|tối|đêm) (?:nay|mai)"
    r"|h[ằà]ng tuần|thứ (?:hai|ba|tư|năm|sáu|bảy))$"
)
_DAY_AFTER: Final = re.compile(
    r" ?(?:->?|→|,|\+|&|và|đến) ?(?:T[2-7]|CN)(?!\w)| h[ằà]ng tuần|,? ?\(?ngày \d"
    r"|(?:,| ?-)? ?\(?\d{1,2}[/-]\d"
    r"|,? ?\(?\d{1,2}\.(?:0\d|1[0-2]|[1-9])(?:\.20\d\d)?(?= *(?:$|[,;:)]|\.(?!\d)|từ |lúc |tại ))"
    r"|:? ?\d{1,2}(?:h|g|:\d\d)"
)
_DAY_CHAIN: Final = re.compile(r"\bthứ (?:hai|ba|tư|năm|sáu|bảy) (?:đến|tới|và|hoặc)$")
_DAY_NEAR: Final = re.compile(r"\b[Tt]hứ (?:[2-7]|[Hh]ai|[Bb]a|[Tt]ư|[Nn]ăm|[Ss]áu|[Bb]ảy)(?!\w)")
_SHORT_DAY: Final = re.compile(r"(?<!\w)(?:T[2-7]|CN)(?![\w/]|\.\d)(?=[ :,)-])")


def _weekday(scene: Scene, found: re.Match[str]) -> Hit | None:
    """T2 to T7 and CN, where days are spoken of."""
    cued = (
        scene.rule in {"weekday", "time", "date"}
        or scene.cue(_DAY_CUE, 3)
        or scene.cue(_DAY_CHAIN, 3)
        or scene.follows(_DAY_AFTER, found.end())
        or _other_day(scene, found)
    )
    if not cued:
        return None
    number = found["number"]
    said = "chủ nhật" if number is None else f"thứ {'tư' if number == '4' else cardinal(int(number))}"
    return Hit(found.end(), said, "weekday")


def _other_day(scene: Scene, found: re.Match[str]) -> bool:
    """Whether another short weekday stands near by: "T2 chào cờ, T4 kiểm tra"."""
    around = scene.around(found)
    sunday = found.group() == "CN" and _DAY_NEAR.search(around) and scene.after(found.end())[:1] in ":,;)"
    return bool(sunday) or _SHORT_DAY.search(around) is not None


WEEKDAY: Final[Rule] = matching(r"(?:T(?P<number>[2-7])|CN)(?![\w/]|\.\d)", _weekday)
