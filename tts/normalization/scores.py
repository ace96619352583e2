"""Whether two numbers with a dash between them are the result of a match: "thắng 2-1"."""

import re
from typing import Final

from tts.normalization.patterns import compiled
from tts.normalization.scene import Scene

SCORE_CUE: Final = re.compile(r"\b(?:tỷ số|tỉ số|(?<!vạn )(?<!chiến )thắng|thua)\b")
_FEW_GOALS: Final = re.compile(r" ?\d{1,2}(?!\d|[.,]\d)")
_TO_NIL: Final = re.compile(r" ?0(?![\d.,/:h%°]| ?(?:độ|°))")  # nobody counts from three down to nought
_EVEN: Final = re.compile(r"(?<![\d./,-])(\d) ?- ?\1(?![\d./])")
_DRAW: Final = re.compile(r"(?<![\w ])hòa \d|(?<!điều)(?<!Điều) hòa \d")  # small: "Diên Hòa 2-3" is a place
_SETS: Final = re.compile(  # "thua 21-18, 19-21 và 15-21": the match goes on
    r"(?:[Tt](?:hắng|hua|ỷ số|ỉ số)|séc|[Hh]iệp|(?:[Cc]hung|[Bb]án) kết)(?!\w)"
    r"(?:[^.;\d]|\d (?:ván|séc|hiệp|trận))*"
    r"(?:\d{1,2} ?- ?\d{1,2}(?:\W| và )+)+\d{1,2}$"
)
_TEAMS: Final = compiled(  # "U23 Việt Nam 3-2 U23 Lào", "Nam Định 2 - 1 Hà Nội"
    r"(?P<first>[A-ZĐÀ-Ỹ]\w+) (?P<goals>\d) ?- ?(?P<lost>\d) [A-ZĐÀ-Ỹ]"
)
_SPORT: Final = re.compile(r"\bU\d\d\b|[Bb]óng đá|[Tt]rận|[Vv]òng|[Gg]iải|[Cc]úp|FC|[Đđ]ội|[Ss]ân vận")
_DAY_NAMED: Final = re.compile(r"\bngày(?: [^ ]+){1,2}$")
MATCH_CUE: Final = re.compile(
    r"\b(?:tỷ số|tỉ số|hiệp|bóng chuyền|cầu lông|bóng bàn|chung cuộc|luân lưu|dẫn trước|gỡ hòa|giao hữu"
    r"|tứ kết|chung kết|bán kết|trận|đội bóng|séc|xét)\b"
)
_ALONE: Final = re.compile(r"(\d) ?- ?(\d)\.?")
_RESULT: Final = re.compile(r" ?\d{1,2} ?(?:$|[.,;:)]|\(|(?:và|trước|ở|sau|để|nghiêng)\b)")
_OF_TWO_SIDES: Final = re.compile(  # "đội 1 - đội 2: 2-1"
    r"(?i:đội|thôn|xã|phường|lớp|trường|tổ|khối|chi đoàn)\b[^:;.]{1,20} (?:-|gặp|với) [^:;.]{1,24}"
    r": ?\d{1,2} ?-$"
)
_IN_BRACKETS: Final = re.compile(  # the sets behind a result: "3-0 (25-18, 25-22, …"
    r"(?<![\d-])\d ?- ?\d ?\((?:\d{1,2} ?- ?\d{1,2}[,;] ?){0,4}\d{1,2} ?-$"
)
_NEAR_NAMES: Final = 48  # characters
_NEAR_DRAW: Final = 14  # characters


def is_score(scene: Scene, end: int) -> bool:
    """Whether the sentence speaks of a match's result, so that "2-1" at `end` of its dash is one."""
    alone = _ALONE.fullmatch(scene.line.strip()) if len(scene.line) < _NEAR_NAMES else None
    if alone and int(alone[1]) >= int(alone[2]):
        return True  # nothing but "2-0" in the line
    if scene.cue(_DAY_NAMED, 3) or not scene.follows(_FEW_GOALS, end):
        return False
    if scene.follows(_TO_NIL, end) or _EVEN.search(scene.line[max(0, end - _NEAR_DRAW) : end + 3]):
        return True  # "hòa xã B 1-1"
    if _between_teams(scene.line, end) or _SETS.search(scene.before(end).rstrip("- ")):
        return True
    if _DRAW.search(scene.line[max(0, end - _NEAR_DRAW) : end]):
        return True
    before = scene.before(end)
    sets = _IN_BRACKETS.search(before) is not None and scene.cue(MATCH_CUE, 24)
    match = scene.cue(MATCH_CUE, 14) or sets or _OF_TWO_SIDES.search(before)
    return bool(match and scene.follows(_RESULT, end)) or scene.cue(SCORE_CUE, 5)


def _between_teams(line: str, end: int) -> bool:
    """Whether the goals stand between the names of two teams, more of them first or among words of sport."""
    near = line[max(0, end - _NEAR_NAMES) : end + _NEAR_NAMES]
    teams = _TEAMS.search(line[max(0, end - _NEAR_NAMES) : end + 4])
    return bool(teams and (teams["goals"] >= teams["lost"] or _SPORT.search(near)))
