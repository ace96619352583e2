"""What initials stand for: by what is around them, or taken apart into two that are known."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Final

from tts.normalization.cues import compiled
from tts.normalization.lexicon import ABBREVIATIONS, BODIES, DOCUMENT_CODES, rows, table
from tts.normalization.scene import Scene

_HEADS: Final = table("heads")
_OF_BODIES: Final = frozenset(table("heads", heads="body"))
_OFFICES: Final = table("offices")
_LEVELS: Final = {"X": "xã", "P": "phường"}  # whose body it is: BCHQS and X
_WHERE: Final = {"X": "xã", "P": "phường", "T": "tỉnh", "KV": "khu vực"}  # behind an office's own initials
_ECHOED: Final = frozenset({"đất", "hộ", "tổng", "ban", "tổ", "năm", "khu", "thôn", "thuế", "bệnh"})
_SHORTEST, _LONGEST = 5, 16  # letters; shorter ones are better spelt than guessed
_SHORTEST_REST: Final = 3
_SHORTEST_OFFICE: Final = 4


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
        if head and known and (initials[:cut] not in _OF_BODIES or known.lower().startswith(BODIES)):
            return f"{head} {known.lower()}"
    return None


def office(initials: str) -> str | None:
    """The office that signs a document, out of its head, its field and where it is: PGDĐT, CCTKV, CAX."""
    if not _SHORTEST_OFFICE <= len(initials) <= _LONGEST:
        return None
    whole = _of_field(initials)  # BCĐ and PCTT, not BCĐPCT of a tỉnh
    if whole:
        return whole
    for ending, where in _WHERE.items():
        body = initials.removesuffix(ending)
        known = _known(body) or _of_field(body) if body != initials and len(body) > 1 else None
        if known and known.startswith(BODIES):
            return f"{known} {where}"
    return None


def _known(initials: str) -> str | None:
    known = DOCUMENT_CODES.get(initials) or ABBREVIATIONS.get(initials)
    return known.lower() if known else None


def _of_field(initials: str) -> str | None:
    for cut in range(len(initials) - 2, 0, -1):
        head, field = _OFFICES.get(initials[:cut]), _known(initials[cut:])
        if head and field and not field.startswith("đất "):
            return f"{head} {field}"
    return None


def no_echo(scene: Scene, place: int, spoken: str) -> str:
    """The words of initials without a first one that stands before them: "đất LUC", "hộ HN", "năm NH"."""
    head, _, rest = spoken.partition(" ")
    echoed = head in _ECHOED and scene.last_words() == head and scene.before(place)[-1:].isalpha()
    return rest if echoed and rest else spoken


_SAID_BEFORE: Final = 12  # words
_AROUND: Final = 96  # characters on both sides
_ADDRESSED: Final = "bà con"
_WEIGHTS: Final = {"after": 2.0, "follows": 2.0, "near": 1.0}  # neighbours tell more than words near by
_ABSENT: Final = 0.2
_LATER: Final = 0.01  # less for each row farther down
_USUAL: Final = 0.5  # of what initials stand for where nothing tells
ALONE: Final = 9.0  # margin of initials that have one meaning
SURE: Final = 2.0  # margin from which on a meaning is sure (docs/reading.md, "How sure")
_TWO: Final = 2


@dataclass(frozen=True, slots=True)
class Context:
    """One row of the list: what it asks for (None: nothing), what is said there, and what it counts."""

    after: re.Pattern[str] | None
    follows: re.Pattern[str] | None
    near: re.Pattern[str] | None
    spoken: str
    weight: float

    def holds(self, said: str, scene: Scene, end: int, around: str) -> bool:
        """Whether all that the row asks for is there; `said`: the last words spoken before."""
        if self.follows and not scene.follows(self.follows, end):
            return False
        if self.after and not self.after.search(said):
            return False
        return not self.near or self.near.search(around) is not None


_ROWS: Final[dict[str, list[dict[str, str]]]] = defaultdict(list)
for _row in rows("contexts"):
    _ROWS[_row["written"]].append(_row)


def _weight(cue: str, pattern: str) -> float:
    """What a cue counts; one that only asks for what is not there tells little."""
    if not pattern:
        return 0.0
    return _ABSENT if pattern.startswith("(?!") else _WEIGHTS[cue]


@cache
def contexts(initials: str) -> tuple[Context, ...]:
    """What the rows of listed initials ask for, compiled when first met: all take a tenth of a second."""
    return tuple(
        Context(
            compiled(rf"\b(?:{row['after']})$") if row["after"] else None,
            compiled(row["follows"]) if row["follows"] else None,
            compiled(rf"\b(?:{row['near']})(?!\w)") if row["near"] else None,
            row["spoken"],
            sum(_weight(name, row[name]) for name in _WEIGHTS),
        )
        for row in _ROWS[initials]
    )


def meaning_around(scene: Scene, initials: str, start: int, end: int) -> str | None:
    """What the initials at a place stand for there by what is around them; None if no row fits."""
    scores = _scores(scene, initials, start, end)
    return max(scores, key=scores.__getitem__) if scores else None


def meant(scene: Scene, initials: str, start: int, end: int, usual: str | None) -> tuple[str | None, float]:
    """What initials stand for at a place, and by how much that is ahead of the next meaning they may have.

    `usual` is what they stand for where nothing tells. The margin is `ALONE` where no list knows another.
    """
    scores = _scores(scene, initials, start, end)
    best = max(scores, key=scores.__getitem__) if scores else usual
    if is_alone(initials, usual):
        return best, ALONE
    if usual:
        scores[usual] = scores.get(usual, 0.0) + _USUAL
    first = scores.get(best or "", 0.0)
    return best, first - max((score for said, score in scores.items() if said != best), default=0.0)


def is_alone(initials: str, usual: str | None) -> bool:
    """Whether the lists know no second meaning."""
    return len(_meanings(initials) | {usual} - {None}) < _TWO


@cache
def _meanings(initials: str) -> frozenset[str | None]:
    return frozenset(row["spoken"] for row in _ROWS.get(initials, ()))


def _scores(scene: Scene, initials: str, start: int, end: int) -> dict[str, float]:
    """The evidence for each meaning: all rows that hold add up; of two that are even the earlier is ahead."""
    if initials not in _ROWS:
        return {}
    said, around = scene.last_words(_SAID_BEFORE), scene.around(start, end, _AROUND).lower()
    if said.endswith(_ADDRESSED) or scene.before(start).endswith(":"):
        said = ""  # what is told begins here: "Kính thưa bà con, LS …", "thông báo: KH …"
    scores: dict[str, float] = {}
    for place, row in enumerate(contexts(initials)):
        if row.holds(said, scene, end, around):
            scores[row.spoken] = scores.get(row.spoken, 0.0) + row.weight - _LATER * place
    return scores
