"""Initials that no list holds, taken apart into two that are known: BQL and RPH in "BQLRPH"."""

from __future__ import annotations

from typing import Final

from tts.reading.lexicon import ABBREVIATIONS, DOCUMENT_CODES

_HEADS: Final = {  # what the names of bodies, offices and tasks begin with
    "BCĐ": "ban chỉ đạo",
    "BCH": "ban chấp hành",
    "BQL": "ban quản lý",
    "BTC": "ban tổ chức",
    "BV": "bảo vệ",
    "CB": "cán bộ",
    "CSDL": "cơ sở dữ liệu",
    "CT": "chủ tịch",
    "CVP": "chánh văn phòng",
    "GĐ": "giám đốc",
    "HĐ": "hội đồng",
    "HTX": "hợp tác xã",
    "KH": "kế hoạch",
    "PC": "phòng chống",
    "PCT": "phó chủ tịch",
    "PGĐ": "phó giám đốc",
    "PT": "phát triển",
    "PVP": "phó văn phòng",
    "QL": "quản lý",
    "SD": "sử dụng",
    "SX": "sản xuất",
    "TP": "trưởng phòng",
    "TTr": "thanh tra",
    "UV": "ủy viên",
    "VP": "văn phòng",
    "XD": "xây dựng",
}
_LEVELS: Final = {"X": "xã", "P": "phường"}  # whose body it is: BCHQS and X
_SHORTEST, _LONGEST = 5, 16  # letters; shorter ones are better spelt than guessed
_SHORTEST_REST: Final = 3


def composed(initials: str) -> str | None:
    """What the initials are likely to stand for: a commune's body, a head and a known rest, or None."""
    if not _SHORTEST <= len(initials) <= _LONGEST:
        return None
    level, body = _LEVELS.get(initials[-1]), ABBREVIATIONS.get(initials[:-1])
    if level and body:
        return f"{body.lower()} {level}"
    for cut in range(len(initials) - _SHORTEST_REST, 1, -1):
        head, rest = _HEADS.get(initials[:cut]), initials[cut:]
        known = ABBREVIATIONS.get(rest) or DOCUMENT_CODES.get(rest)
        if head and known:
            return f"{head} {known.lower()}"
    return None
