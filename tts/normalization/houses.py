"""Numbers of houses in alleys: 45/2/7, 12/3A, 15B/2, K12/5."""

import re
from typing import Final

from tts.normalization.lexicon import LETTERS
from tts.normalization.numbers import cardinal
from tts.normalization.patterns import compiled
from tts.normalization.scene import Hit, Rule, Scene, matching

ADDRESS_CUE: Final = re.compile(  # "tổng số 56/65 hộ" is a count
    r"\b(?:(?<!\btổng )(?<!\btrong )(?<!\bchỉ )(?<!(?<!\bbà )\bcon )(?<!\bsĩ )(?<!\bquân )"
    r"(?<!\bxổ )(?<!\bvé )(?<!\bdân )số|(?:nhà|hẻm|ngõ|ngách|kiệt|đường|lớp|phòng|thửa|lô))$"
)
_STREET_CUE: Final = re.compile(
    r"\b(?:đường|(?<!dân )(?<!khu )phố"
    r"|đại lộ|quảng trường|công viên|trường|bệnh viện|cầu)$"
)
_A_YEAR: Final = re.compile(r"19[4-9]\d|20[0-4]\d")
_LAST_DAY: Final = 31
_RESIDENCE: Final = re.compile(r"\b(?:tại|ở|trú|địa chỉ|nhà|số)$")
_STREET_THEN_PLACE: Final = compiled(  # "27/5 Trần Nhật Duật, P. Phước Hòa"
    r" [A-ZĐÀ-Ỹ][a-zđà-ỹ]+(?: [A-ZĐÀ-Ỹ][a-zđà-ỹ]+){1,3}, ?"
    r"(?:P\.|Q\.|X\.|TT\.|TX|TP|Tp|TDP|KP|(?:[Pp]hường|[Xx]ã|[Tt]hị|[Tt]ổ|[Qq]uận|[Kk]hu phố)\b)"
)
_DAY_CUE: Final = re.compile(
    r"\b(?:ngày|lễ|dịp|mừng|sáng|chiều|tối|đêm|hôm|đến|từ|niệm|giảng|mạc|thứ (?:hai|ba|tư|năm|sáu|bảy)|nhật)$"
)
_NAME_FOLLOWS: Final = compiled(r",? [A-ZĐÀ-Ỹ][a-zđà-ỹ]")


def _house(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Numbers of houses in alleys: 45/2/7, 12/3A; "đường 2/4" is named after a day."""
    parts = found["parts"].split("/")
    named = scene.follows(_NAME_FOLLOWS, found.end()) is not None
    if len(parts) == 2 and _A_YEAR.fullmatch(parts[1]) and scene.last_words() == "số":  # noqa: PLR2004
        return Hit(found.end(), f"{cardinal(int(parts[0]))}, năm {cardinal(int(parts[1]))}", "numbered")
    cued = scene.cue(ADDRESS_CUE, 2) and not scene.cue(_STREET_CUE, 2)
    deep = len(parts) > 2 and (found["letter"] or int(parts[0]) > _LAST_DAY)  # noqa: PLR2004 -- no date
    street = scene.follows(_STREET_THEN_PLACE, found.end()) and not scene.cue(_DAY_CUE, 2)
    placed = street or (named and (found["letter"] or scene.cue(_RESIDENCE, 1) or deep))
    if not (cued or placed or (found["letter"] and deep)):
        return None
    letter = f" {LETTERS[found['letter'].upper()]}" if found["letter"] else ""
    return Hit(found.end(), " xuyệt ".join(cardinal(int(part)) for part in parts) + letter, "address")


def _house_with_letters(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A house in the alley of a house with a letter: "số 15B/2", "12A/5B Lê Lợi"."""
    named = scene.follows(_NAME_FOLLOWS, found.end())
    if not (named or (scene.cue(ADDRESS_CUE, 2) and not scene.cue(_STREET_CUE, 2))):
        return None
    parts = re.findall(r"(\d+)([A-ZĐ]?)", found.group())
    said = [f"{cardinal(int(number))} {LETTERS.get(letter, '')}".rstrip() for number, letter in parts]
    return Hit(found.end(), " xuyệt ".join(said), "address")


def _alley(_scene: Scene, found: re.Match[str]) -> Hit:
    """The alleys of the middle provinces: "K12/5 Lê Duẩn"."""
    return Hit(
        found.end(), "kiệt " + " xuyệt ".join(cardinal(int(part)) for part in found[1].split("/")), "address"
    )


HOUSE: Final[Rule] = matching(
    r"(?P<parts>\d{1,4}(?:/\d{1,4}){1,4})(?P<letter>[A-ZĐ]?)(?![\w/]|[.,]\d)", _house
)
HOUSE_WITH_LETTERS: Final[Rule] = matching(
    r"\d{1,4}[A-ZĐ](?:/\d{1,4}[A-ZĐ]?){1,3}(?![\w/]|[.,]\d)", _house_with_letters
)
ALLEY: Final[Rule] = matching(
    r"K(\d{1,4}(?:/\d{1,4}){1,3})(?=,? (?!Điều|Khoản|Luật)[A-ZĐÀ-Ỹ][a-zđà-ỹ])", _alley
)
