"""Initials that no list holds, taken apart into two that are known: BQL and RPH in "BQLRPH"."""

from typing import Final

from tts.normalization.lexicon import ABBREVIATIONS, BODIES, DOCUMENT_CODES, HEAD_ROWS, OFFICES
from tts.normalization.scene import Scene

_HEADS: Final = {row["written"]: row["spoken"] for row in HEAD_ROWS}
_OF_BODIES: Final = frozenset(row["written"] for row in HEAD_ROWS if row["heads"] == "body")
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
        head, field = OFFICES.get(initials[:cut]), _known(initials[cut:])
        if head and field and not field.startswith("đất "):
            return f"{head} {field}"
    return None


def no_echo(scene: Scene, place: int, spoken: str) -> str:
    """The words of initials without a first one that stands before them: "đất LUC", "hộ HN", "năm NH"."""
    head, _, rest = spoken.partition(" ")
    echoed = head in _ECHOED and scene.last_words() == head and scene.before(place)[-1:].isalpha()
    return rest if echoed and rest else spoken
