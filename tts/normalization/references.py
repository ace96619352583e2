"""Parts of a law in short form: Đ.15, K2, đ.a."""

import re
from typing import Final

from tts.normalization.lexicon import LETTERS, POINT_LETTERS
from tts.normalization.numbers import cardinal
from tts.normalization.scene import Hit, Rule, Scene, matching

_CLAUSE_SAID: Final = re.compile(r"\b(?:khoản|điểm)(?: [^ ]+){1,2}$")
_LAW_FOLLOWS: Final = re.compile(
    r"(?:,? ?(?:của )?|[-/])(?:Luật|luật|Bộ luật|BL|Nghị|NĐ|Thông tư|TT|Hiến pháp|Quyết định|QĐ|Pháp lệnh"
    r"|Quy chế|Điều lệ|Quy định)"
)
_ARTICLES_FOLLOW: Final = re.compile(
    r"(?:(?:,| và|-) ?Đ\.? ?\d{1,3}){1,6},? ?(?:của )?(?:Luật|luật|Bộ luật|BL|N[ĐQ])"
)
_CLAUSE_FOLLOWS: Final = re.compile(r",? ?[Kk]\.? ?\d{1,2}(?!\w)")
_ARTICLE_FOLLOWS: Final = re.compile(r"(?:(?:,| và) ?[Kk]\.? ?\d{1,2}){0,5},? ?(?:Đ\.? ?\d|[Đđ]iều \d)")
_POINT_SAID: Final = re.compile(r"\b(?:điểm|và|hoặc|đến)(?: (?:a|bê|xê|dê|đê|e|gờ|hát|i|ca|và|hoặc|đến))*$")
_POINT_JUST_SAID: Final = re.compile(r"\bđiểm(?: (?:a|bê|xê|dê|đê|e|gờ|hát|i|ca|và|hoặc))*$")
_CLAUSE_NEAR: Final = re.compile(r"[^.;]{0,30}\b[Kk](?:hoản|HOẢN) \d")
_ORDER: Final = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
_MOST_CLAUSES: Final = 40  # of an article
_GRADES: Final = range(1, 13)
_ARTICLE_SAID: Final = re.compile(r"\bđiều(?: [^ ]+){1,4}$")
_SCHOOL: Final = re.compile(r"\b(?:học|khối|trường|hs|gvcn|tiết)\b")
_COURSE: Final = re.compile(r"\b(?:lớp|khóa|học viên|sinh viên|sv|ngành|cao đẳng|khai giảng|tốt nghiệp)\b")
_LAW_NEAR: Final = re.compile(r"\b(?:điều|luật|đ\.? ?\d|nđ|bl\w{2,3}|điểm [a-zđ])\b")
_AROUND: Final = 48  # characters
_BY_ARTICLE: Final = re.compile(r"\b(?:theo|quy định tại|vi phạm)$")
_VITAMIN: Final = re.compile(r"\bvi ta min\b")
_NO_CLAUSE: Final = re.compile(  # "lớp K2", "bệnh viện K2" are names
    r"\b(?:súng|bia|phòng|đội|chó|khuyển|khóa|lớp|viện|sinh viên|min|cây|gen|đập|kho|lô|khối|cột|số|căn cứ"
    r"|trạm|tổ|khu)$"
)


def _with_letter(found: re.Match[str]) -> str:
    letter = LETTERS.get((found["letter"] or "").upper(), "")
    return f"{cardinal(int(found['number']))} {letter}".rstrip()


def _article(scene: Scene, found: re.Match[str]) -> Hit | None:
    shown = (
        found["dot"] or scene.cue(_BY_ARTICLE, 2) or scene.rule == "reference" or scene.cue(_CLAUSE_SAID, 3)
    )
    follows = scene.follows(_LAW_FOLLOWS, found.end()) or scene.follows(_CLAUSE_FOLLOWS, found.end())
    if found["dot"] and re.match(r" tháng \d", scene.line[found.end() : found.end() + 8]):
        return Hit(found.end(), f"đường {cardinal(int(found['number']))}", "date")  # "Đ. 2 tháng 4"
    if not shown and not follows and not scene.follows(_ARTICLES_FOLLOW, found.end()):
        return None
    return Hit(found.end(), f"Điều {_with_letter(found)}", "reference")


def _clause_of_article(_scene: Scene, found: re.Match[str]) -> Hit:
    """Both in one word: "K1Đ5"."""
    return Hit(found.end(), f"khoản {cardinal(int(found[1]))} Điều {cardinal(int(found[2]))}", "reference")


def _article_and_clause(_scene: Scene, found: re.Match[str]) -> Hit:
    """The same, the article first: "Đ5K2"."""
    return Hit(found.end(), f"Điều {cardinal(int(found[1]))} khoản {cardinal(int(found[2]))}", "reference")


def _points(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The first and the last of several points: "điểm a-d khoản 2"."""
    first, last = found["first"], found["last"]
    if not scene.cue(_POINT_SAID, 9) or _ORDER.find(first) >= _ORDER.find(last):
        return None
    return Hit(found.end(), f"{point_letter(first)} đến {point_letter(last)}", "reference")


def _point_of_point(scene: Scene, found: re.Match[str]) -> Hit | None:
    """What a point is divided into: "điểm a.1"."""
    if not scene.cue(_POINT_SAID, 1):
        return None
    return Hit(found.end(), f"{point_letter(found[1])} chấm {cardinal(int(found[2]))}", "reference")


def _article_typed_small(scene: Scene, found: re.Match[str]) -> Hit | None:
    """An article with a small letter, before its law: "đ.174 BLHS"."""
    law = scene.follows(_LAW_FOLLOWS, found.end())
    return Hit(found.end(), f"Điều {cardinal(int(found[1]))}", "reference") if law else None


def _is_at_school(scene: Scene, found: re.Match[str]) -> bool:
    return _SCHOOL.search(_around(scene, found)) is not None and not _LAW_NEAR.search(_around(scene, found))


def _is_course(scene: Scene, found: re.Match[str]) -> bool:
    return _COURSE.search(_around(scene, found)) is not None and not _LAW_NEAR.search(_around(scene, found))


def _around(scene: Scene, found: re.Match[str]) -> str:
    return scene.line[max(0, found.start() - _AROUND) : found.end() + _AROUND].lower()


def _clause(scene: Scene, found: re.Match[str]) -> Hit | None:
    if found["sign"] == "K" and int(found["number"]) in _GRADES and _is_at_school(scene, found):
        return Hit(found.end(), f"khối {cardinal(int(found['number']))}", "reference")
    if found["sign"] == "K" and _is_course(scene, found):
        return Hit(found.end(), f"khóa {cardinal(int(found['number']))}", "reference")
    cued = scene.follows(_ARTICLE_FOLLOWS, found.end()) or scene.rule == "reference"
    if not cued and int(found["number"]) > _MOST_CLAUSES:
        return None  # a rifle K59
    cued = cued or (scene.cue(_ARTICLE_SAID, 5) and not scene.cue(_NO_CLAUSE, 1))
    if not cued and (found["sign"] == "k" or scene.cue(_NO_CLAUSE, 2) or scene.cue(_VITAMIN, 8)):
        return None
    return Hit(found.end(), f"khoản {_with_letter(found)}", "reference", sure=bool(cued))


def _point_after(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The point that is named last: "Điều 5, k1, đ.a"."""
    if not scene.cue(_CLAUSE_SAID, 4):
        return None
    return Hit(found.end(), f"điểm {point_letter(found['letter'])}", "reference")


def _point(_scene: Scene, found: re.Match[str]) -> Hit:
    return Hit(found.end(), f"điểm {point_letter(found['letter'])}", "reference")


def _point_named(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The d of "điểm c, d và đ khoản 1", and of "Điểm d, Điểm đ Khoản 2"."""
    large = found.group() == "D"
    if not scene.cue(_POINT_JUST_SAID if large or found["listed"] is None else _POINT_SAID, 9):
        return None
    if large and not scene.follows(_CLAUSE_NEAR, found.end()):
        return None  # "điểm D" of a meeting place
    return Hit(found.end(), point_letter(found.group().lower()), "reference")


def point_letter(letter: str) -> str:
    """The name of the letter that marks a point of a law."""
    return POINT_LETTERS.get(letter) or LETTERS[letter.upper()]


_ENDS: Final = r"(?P<letter>[a-eđ]?)(?![\w/+]|[.,]\d)"
REFERENCE_RULES: Final[tuple[Rule, ...]] = (
    matching(r"[Đđ]\. ?(?P<letter>[a-zđ])(?=,? ?[kK]\.? ?\d)", _point),
    matching(r"đ\. ?(?P<letter>[a-zđ])(?!\w)", _point_after),
    matching(
        r"[dD](?P<listed>(?=,? (?:khoản|và|hoặc|đến|của|[kK]\.? ?\d)|, ?[a-zđ]\b|\)?[.;,](?= |$)|\)?$))?"
        r"(?![\w+&'-]|\.\w|,\d|/(?![a-zđ]\b))",
        _point_named,
    ),
    matching(r"(?P<first>[a-zđ]) ?- ?(?P<last>[a-zđ])(?!\w)", _points),
    matching(r"([a-zđ])\.(\d{1,2})(?!\w|[.,]\d)", _point_of_point),
    matching(r"đ\. ?(\d{1,3})(?!\w|[.,]\d)", _article_typed_small),
    matching(r"Đ\.?(\d{1,3}) ?[-/]?K\.?(\d{1,2})(?!\w)", _article_and_clause),
    matching(r"K\.?(\d{1,2}) ?[-/]?Đ\.?(\d{1,3})(?!\w)", _clause_of_article),
    matching(rf"(?P<sign>[Kk])\.? ?(?P<number>\d{{1,2}}){_ENDS}", _clause),
    matching(rf"Đ(?P<dot>\.?) ?(?P<number>\d{{1,3}}){_ENDS}", _article),
)
