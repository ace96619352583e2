"""Spoken text into phrases: what the voice says in one call, and how long it rests after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from tts.reading.numbers import DIGITS, NUMBER_WORDS
from tts.reading.result import Reading

Closes = Literal["clause", "sentence", "paragraph"]

COMFORTABLE_SYLLABLES = 24  # what is said in one breath; shorter calls are shared better between workers
STRETCHED_SYLLABLES = 27  # up to here a whole sentence is better than one cut inside a list
MOST_SYLLABLES = 30  # the longest number has 23 words and must fit; a voice's memory grows with the call
FEWEST_SYLLABLES = 6  # a shorter piece by itself sounds torn off

BREATH_MS = 120  # a cut where the text has no mark: hardly a rest
CLAUSE_MS = 250
SENTENCE_MS = 450
LIST_ITEM_MS = 600  # after a line that is not the end of its list
PARAGRAPH_MS = 800

_SENTENCE: Final = re.compile(r"[^.?!]+[.?!]*")
_STRENGTH: Final = {";": 3, ":": 2, ",": 1}
_JOINT_WORDS: Final = "và hoặc của theo trong để nhằm cho về với từ đến khi nếu vì do bằng tại trên qua"
_JOINTS: Final = frozenset(_JOINT_WORDS.split())
_CLAUSE_WORDS: Final = (  # what begins a clause after a comma, where a list goes on with anything else
    "góp nhằm để đồng trong đáp bảo tạo do vì nếu khi thì mà nhưng song theo qua từ trên tại đến kể căn đề"
    " trường yêu hướng thúc giúp nên cũng còn đặc nhất sau trước ngoài"
)
_CLAUSE_STARTS: Final = frozenset(_CLAUSE_WORDS.split())
_BREATH_STARTS: Final = frozenset({"theo", "nhằm", "để"})  # where a reader breathes without a mark
_DATE_REACH: Final = 12  # words from "tháng" to the end of its year
_LABEL: Final = 2  # words, at most, of an item's number: "một,", "mười hai,"
_SPOKEN_DIGITS: Final = frozenset(DIGITS)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One call to the voice: whole words, at most MOST_SYLLABLES, then a rest of `pause_ms`."""

    text: str
    pause_ms: int
    closes: Closes


def phrases(spoken: str | Reading) -> tuple[Phrase, ...]:
    """Split a spoken text at the bounds of sentences, else of clauses, else of words; lines are paragraphs.

    Joined by spaces, the phrases are the spoken text; a number is never divided unless it alone
    is longer than a phrase may be.
    """
    text = spoken.spoken if isinstance(spoken, Reading) else spoken
    return tuple(phrase for line in text.split("\n") for phrase in _of_line(line))


def _of_line(line: str) -> list[Phrase]:
    sentences = [found.split() for found in _SENTENCE.findall(line)]
    sentences = [words for words in sentences if words]
    said: list[Phrase] = []
    for place, words in enumerate(sentences):
        *pieces, last = _pieces(words)
        for piece in pieces:
            pause = CLAUSE_MS if piece[-1][-1] in _STRENGTH else BREATH_MS
            said.append(Phrase(" ".join(piece), pause, "clause"))
        follows = sentences[place + 1] if place + 1 < len(sentences) else None
        said.append(_closing(" ".join(last), follows))
    return said


def _closing(text: str, follows: list[str] | None) -> Phrase:
    """The last phrase of a sentence, with the rest that its place asks for; None follows at a line's end."""
    if follows is not None:
        return Phrase(text, LIST_ITEM_MS if _is_item(follows) else SENTENCE_MS, "sentence")
    if text[-1] in _STRENGTH:
        return Phrase(text, LIST_ITEM_MS, "sentence")
    return Phrase(text, PARAGRAPH_MS, "paragraph")


def _is_item(words: list[str]) -> bool:
    """Whether a sentence begins with its number in a list ("hai, ...")."""
    label = next((place for place, word in enumerate(words[:_LABEL]) if word.endswith(",")), None)
    return label is not None and all(word.rstrip(",").lower() in NUMBER_WORDS for word in words[: label + 1])


def _pieces(words: list[str]) -> list[list[str]]:
    """A sentence's words in pieces that the voice can take."""
    pieces, start = [], 0
    while len(words) - start > COMFORTABLE_SYLLABLES:
        window = words[start : start + MOST_SYLLABLES + FEWEST_SYLLABLES]
        cut = _best_cut(window, len(words) - start)
        if cut is None:
            break
        pieces.append(window[:cut])
        start += cut
    return [*pieces, words[start:]]


def _best_cut(words: list[str], left: int) -> int | None:
    """Where to end the first piece of the `left` words that begin with these; None to keep them whole.

    Best is the strongest mark within comfort, near an even share.
    """
    even = left / -(-left // COMFORTABLE_SYLLABLES)
    last = min(len(words) - FEWEST_SYLLABLES, MOST_SYLLABLES)
    marks = [
        cut for cut in range(FEWEST_SYLLABLES, last + 1) if _may_cut(words, cut) and _strength(words, cut)
    ]
    if marks:
        best = max(marks, key=lambda cut: _strength(words, cut) - _distance(cut, even))
        return None if left <= STRETCHED_SYLLABLES and _strength(words, best) < 1 else best
    if left <= MOST_SYLLABLES:
        return None
    free = [cut for cut in range(FEWEST_SYLLABLES, COMFORTABLE_SYLLABLES + 1) if _may_cut(words, cut)]
    if free:
        return max(free, key=lambda cut: (words[cut] in _JOINTS, cut))
    farther = [cut for cut in range(1, MOST_SYLLABLES + 1) if _may_cut(words, cut)]
    return farther[-1] if farther else MOST_SYLLABLES


def _distance(cut: int, even: float) -> float:
    """How far a cut is from an even share, and how far beyond comfort."""
    beyond = max(0, cut - COMFORTABLE_SYLLABLES) / 8
    return abs(cut - even) / COMFORTABLE_SYLLABLES * 3 + beyond


def _strength(words: list[str], cut: int) -> float:
    """How much the mark before the cut divides: clauses more than the items of a list, a number least."""
    word = words[cut - 1]
    mark = _STRENGTH.get(word[-1], 0)
    if mark != 1:
        return mark or (0.5 if words[cut].lower() in _BREATH_STARTS else 0)
    if word[:-1].lower() in NUMBER_WORDS:  # the comma belongs to what follows, unless a date ends there
        dated = "tháng" in (before.lower() for before in words[max(0, cut - _DATE_REACH) : cut])
        return 1.6 if dated else 0.25
    return 1.6 if words[cut].lower() in _CLAUSE_STARTS else 0.6


def _may_cut(words: list[str], cut: int) -> bool:
    """Whether no number is divided there; digits one by one may be grouped by commas."""
    before, after = words[cut - 1].lower(), words[cut].lower().rstrip(",;:")
    if before[-1] in _STRENGTH:
        return before[-1] != "," or not (before[:-1] in _SPOKEN_DIGITS and after in _SPOKEN_DIGITS)
    return not (before in NUMBER_WORDS and after in NUMBER_WORDS)
