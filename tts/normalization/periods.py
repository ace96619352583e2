"""Months, quarters and weekdays in short form: T9, T5/2025, Q3/2025, T2, CN."""

import re
from typing import Final

from tts.normalization.cues import Cues
from tts.normalization.scene import Hit, Rule, Scene
from tts.normalization.templates import say

_CUE: Final = Cues("periods")

_AROUND: Final = 48  # characters
_QUARTER_NUMBERS: Final = {"một": 1, "hai": 2, "ba": 3, "bốn": 4}


def _month_alone(scene: Scene, found: re.Match[str]) -> Hit | None:
    """T9 and T10, where bills and wages are spoken of (T2 to T7 are weekdays)."""
    window = scene.line[max(0, found.start() - _AROUND) : found.end() + _AROUND].lower()
    headed = re.match(r": ?\d", scene.line[found.end() : found.end() + 3])
    headed = None if scene.cue(_CUE.building, 2) else headed  # "T11: 45 ca"
    told = headed or scene.cue(_CUE.month_in_time, 2) or _CUE.of_each_month.search(window)
    told = told if int(found["number"]) > 1 else None
    listed = scene.rule == "month" and _CUE.joined.search(scene.before(found.start()))
    if not (told or listed or scene.cue(_CUE.compared, 2) or _CUE.monthly.search(window)):
        return None
    return say(found, "tháng {number:month}", "month")


def _month_of_quarter(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The months of a quarter that was just named: "quý I/2027 (T1-T3)"."""
    number = int(found["number"])
    said = _CUE.quarter_said.search(scene.last_words(18))
    named = said is not None and (number + 2) // 3 == _QUARTER_NUMBERS[said[1]]  # three months each
    return say(found, "tháng {number:month}", "month") if named else None


def _weekday(scene: Scene, found: re.Match[str]) -> Hit | None:
    """T2 to T7 and CN, where days are spoken of."""
    cued = (
        scene.rule in {"weekday", "time", "date"}
        or scene.cue(_CUE.day, 3)
        or scene.cue(_CUE.day_chain, 3)
        or scene.follows(_CUE.day_after, found.end())
        or _other_day(scene, found)
    )
    return say(found, "thứ {number:month}" if found["number"] else "chủ nhật", "weekday") if cued else None


def _other_day(scene: Scene, found: re.Match[str]) -> bool:
    """Whether another short weekday stands near by: "T2 chào cờ, T4 kiểm tra"."""
    around = scene.around(*found.span())
    sunday = found.group() == "CN" and _CUE.day_near.search(around) and scene.after(found.end())[:1] in ":,;)"
    return bool(sunday) or _CUE.short_day.search(around) is not None


PERIOD_RULES: Final[tuple[Rule, ...]] = (
    Rule(r"T(?P<number>\d{1,2})(?![\w/]|\.\d)", _month_of_quarter),
    Rule(r"T(?P<number>1[0-2]|[189])(?![\w/]|\.\d)", _month_alone),
    Rule(r"(?:T(?P<number>[2-7])|CN)(?![\w/]|\.\d)", _weekday),
)
