"""Times of day and how long something takes."""

import re
from typing import Final

from tts.normalization.cues import Cues
from tts.normalization.scene import Hit, Rule, Scene
from tts.normalization.templates import say, simple_rules

_CUE: Final = Cues("times")

_HOURS, _MINUTES = 24, 59


def _clock(scene: Scene, found: re.Match[str], more: str = "") -> Hit | None:
    if ":" in found.group() and scene.cue(_CUE.mixing, 9):
        return None  # "pha tỷ lệ 1:10"
    given = found.groupdict()
    minute = given["minute"] or given.get("spaced") or given.get("bare") or "0"
    second = given["second"] or "0"
    if int(found["hour"]) > _HOURS or max(int(minute), int(second)) > _MINUTES:
        return None
    second = second if int(second) else ""
    minute = minute if int(minute) or second else ""
    return say(
        found, f"{{hour}} giờ[ {{minute}} phút][ {{second}} giây]{more}", "time", minute=minute, second=second
    )


def _hour(scene: Scene, found: re.Match[str]) -> Hit | None:
    """14g, where a time of day is spoken of (else it is a weight)."""
    follows = scene.follows(_CUE.day_follows, found.end()) is not None
    cued = scene.rule == "time" or scene.cue(_CUE.hour, 2) or follows
    if scene.follows(_CUE.hour_follows, found.end()):
        cued = cued or scene.at_start or scene.cue(_CUE.work, 2) or scene.cue(_CUE.hour_said, 14)
    return say(found, "{hour} giờ", "time") if cued and int(found["hour"]) <= _HOURS else None


_MINUTE_SIGN: Final = r"(?: ?(?:phút|ph|p|m|')(?!\w))"
_SECONDS: Final = r"(?: ?(?P<second>\d{1,2}) ?(?:giây|s)(?!\w))?"
_AFTER_BARE_MINUTES: Final = (
    r"(?= *(?:$|[,.;:)-](?!\d)| (?:ngày|sáng|trưa|chiều|tối|đêm|đến|tới|hằng|hàng|mỗi)\b))"
)
TIME_RULES: Final[tuple[Rule, ...]] = (
    *simple_rules("lengths of time"),
    Rule(r"(?P<hour>\d{1,2})[hg](?P<minute>\d{1,2})' ?(?P<second>\d{1,2})(?:''|\")(?!\w)", _clock),
    Rule(  # an hour and its day, as weather is told: "từ 19h/26 đến 19h/27"
        r"(?P<hour>\d{1,2})[hg](?P<minute>[0-5]\d)?(?P<second>)/"
        r"(?=(?:0?[1-9]|[12]\d|3[01])(?:/\d{1,2}(?:/\d{4})?)?"
        r"(?![\w/]|[.,]\d| (?:ngày|buổi|tuần|người|ca)\b))",
        lambda scene, found: _clock(scene, found, " ngày"),
    ),
    Rule(  # after "lúc": 14.30
        r"(?P<hour>\d{1,2})\.(?P<minute>[0-5]\d)(?P<second>)(?: ?(?:h|giờ)(?!\w))?(?![\d%]|[.,]\d)",
        lambda scene, found: _clock(scene, found) if scene.cue(_CUE.at, 2) else None,
    ),
    Rule(r"(?P<hour>\d{1,2})g(?!\w)", _hour),
    Rule(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?![\d:]|[.,]\d)", _clock),
    Rule(  # 17h, 17h30, 17h 30p, 17g30
        r"(?P<hour>\d{1,2}) ?(?:[hH]|g(?=\d))(?!\.?[^\W\d])"
        rf"(?:[.:]?(?P<minute>\d{{2}}|\d(?![\w/:-]|[.,]\d))(?!\d){_MINUTE_SIGN}?"
        rf"| (?P<spaced>\d{{1,2}}){_MINUTE_SIGN}"
        rf"| (?P<bare>\d{{2}}){_AFTER_BARE_MINUTES})?{_SECONDS}",
        _clock,
    ),
    Rule(  # 17 giờ 30, 17 giờ 30 phút
        rf"(?P<hour>\d{{1,2}}) ?giờ ?(?:(?P<minute>\d{{2}}){_AFTER_BARE_MINUTES}"
        rf"|(?P<spaced>\d{{1,2}}){_MINUTE_SIGN})"
        rf"{_SECONDS}",
        _clock,
    ),
)
