"""Parts of a law in short form: Đ.15, K2, đ.a."""

import re
from typing import Final

from tts.normalization.cues import Cues
from tts.normalization.scene import Hit, Rule, Scene
from tts.normalization.templates import say, simple_rules

_CUE: Final = Cues("references")

_CLAUSE_FOLLOWS: Final = re.compile(r",? ?[Kk]\.? ?\d{1,2}(?!\w)")
_ORDER: Final = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
_MOST_CLAUSES: Final = 40  # of an article
_GRADES: Final = range(1, 13)
_AROUND: Final = 48  # characters


def _article(scene: Scene, found: re.Match[str]) -> Hit | None:
    shown = (
        found["dot"]
        or scene.cue(_CUE.by_article, 2)
        or scene.rule == "reference"
        or scene.cue(_CUE.clause_said, 3)
    )
    follows = scene.follows(_CUE.law_follows, found.end()) or scene.follows(_CLAUSE_FOLLOWS, found.end())
    if found["dot"] and re.match(r" tháng \d", scene.line[found.end() : found.end() + 8]):
        return say(found, "đường {number}", "date")  # "Đ. 2 tháng 4"
    if not shown and not follows and not scene.follows(_CUE.articles_follow, found.end()):
        return None
    return say(found, "Điều {number}[ {letter:letter}]", "reference")


def _points(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The first and the last of several points: "điểm a-d khoản 2"."""
    if not scene.cue(_CUE.point_said, 9) or _ORDER.find(found["first"]) >= _ORDER.find(found["last"]):
        return None
    return say(found, "{first:point} đến {last:point}", "reference")


def _is_near(scene: Scene, found: re.Match[str], cue: re.Pattern[str]) -> bool:
    """Whether words near by tell of a school or a course, and none of a law."""
    around = scene.line[max(0, found.start() - _AROUND) : found.end() + _AROUND].lower()
    return cue.search(around) is not None and not _CUE.law_near.search(around)


def _clause(scene: Scene, found: re.Match[str]) -> Hit | None:
    if found["sign"] == "K" and int(found["number"]) in _GRADES and _is_near(scene, found, _CUE.school):
        return say(found, "khối {number}", "reference")
    if found["sign"] == "K" and _is_near(scene, found, _CUE.course):
        return say(found, "khóa {number}", "reference")
    cued = scene.follows(_CUE.article_follows, found.end()) or scene.rule == "reference"
    if not cued and int(found["number"]) > _MOST_CLAUSES:
        return None  # a rifle K59
    cued = cued or (scene.cue(_CUE.article_said, 5) and not scene.cue(_CUE.no_clause, 1))
    if not cued and (found["sign"] == "k" or scene.cue(_CUE.no_clause, 2) or scene.cue(_CUE.vitamin, 8)):
        return None
    return say(found, "khoản {number}[ {letter:letter}]", "reference", sure=bool(cued))


def _point_named(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The d of "điểm c, d và đ khoản 1", and of "Điểm d, Điểm đ Khoản 2"."""
    large = found.group() == "D"
    if not scene.cue(_CUE.point_just_said if large or found["listed"] is None else _CUE.point_said, 9):
        return None
    if large and not scene.follows(_CUE.clause_near, found.end()):
        return None  # "điểm D" of a meeting place
    return say(found, "{letter:point}", "reference", letter=found.group().lower())


_ENDS: Final = r"(?P<letter>[a-eđ]?)(?![\w/+]|[.,]\d)"
REFERENCE_RULES: Final[tuple[Rule, ...]] = (
    *simple_rules("points"),
    Rule(
        r"[dD](?P<listed>(?=,? (?:khoản|và|hoặc|đến|của|[kK]\.? ?\d)|, ?[a-zđ]\b|\)?[.;,](?= |$)|\)?$))?"
        r"(?![\w+&'-]|\.\w|,\d|/(?![a-zđ]\b))",
        _point_named,
    ),
    Rule(r"(?P<first>[a-zđ]) ?- ?(?P<last>[a-zđ])(?!\w)", _points),
    *simple_rules("articles"),
    Rule(rf"(?P<sign>[Kk])\.? ?(?P<number>\d{{1,2}}){_ENDS}", _clause),
    Rule(rf"Đ(?P<dot>\.?) ?(?P<number>\d{{1,3}}){_ENDS}", _article),
)
