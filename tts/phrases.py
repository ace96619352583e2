"""Splits spoken text into phrases: the words of one call to the voice, and the pause after them."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final, Literal

from tts.normalization.lexicon import LETTERS, POINT_LETTERS
from tts.normalization.numbers import DIGITS, NUMBER_WORDS
from tts.normalization.result import Reading

Closes = Literal["clause", "sentence", "paragraph"]

COMFORTABLE_CHARACTERS = 112  # for one call of the offline voice: some 24 syllables
MOST_SYLLABLES = 100  # an engine with a lower limit cuts again; only a long number reaches this
FEWEST_SYLLABLES = 6  # a shorter piece alone sounds cut off

BREATH_MS = 120  # a cut where the text has no mark: nearly no pause
CLAUSE_MS = 250
SENTENCE_MS = 450
LIST_ITEM_MS = 600  # after a line that is not the end of its list
PARAGRAPH_MS = 800

_SENTENCE_ENDS: Final = ".?!"
_POINTS: Final = frozenset(letter.lower() for letter in (*LETTERS.values(), *POINT_LETTERS.values()))
_SENTENCE: Final = re.compile(r"[^.?!]+[.?!]*")
_MARKS: Final = ",;:"
_JOINT_WORDS: Final = (  # before which a reader may breathe where there is no mark
    "và hoặc của theo trong để nhằm cho về với từ đến khi nếu vì do bằng tại trên qua như mà vào các những"
    " ngày kể"
)
_COMPOUNDS_TEXT: Final = (  # whose second word is no such joint
    "tự do, thông qua, trải qua, hiện tại, tồn tại, đối với, so với, cùng với, gắn với, bên trong, bên trên,"
    " văn bằng, công bằng, hầu như, cũng như, trở về, quay về, dành cho, thay cho, làm cho, cứ vào, ra vào,"
    " đơn từ, kể từ, tính từ, trước khi, sau khi, trong khi, đôi khi, quan đến, dẫn đến, hằng ngày,"
    " hàng ngày, cả các, hơn các, nhưng mà"
)
_COMPOUNDS: Final = frozenset(_COMPOUNDS_TEXT.split(", "))
_JOINTS: Final = frozenset(_JOINT_WORDS.split())
_CLAUSE_WORDS: Final = (  # what begins a clause after a comma, where a list goes on with anything else
    "góp nhằm để đồng trong đáp bảo tạo do vì nếu khi thì mà nhưng song theo qua từ trên tại đến kể căn đề"
    " trường yêu hướng thúc giúp nên cũng còn đặc nhất sau trước ngoài"
)
_CLAUSE_STARTS: Final = frozenset(_CLAUSE_WORDS.split())
_BREATH_WORDS: Final = "theo nhằm để và trong của về từ khi cho tại"
_BREATH_STARTS: Final = frozenset(_BREATH_WORDS.split())
_DATE_REACH: Final = 12  # words from "tháng" to the end of its year
_LABEL: Final = 2  # words, at most, of an item's number: "một,", "mười hai,"
_SPOKEN_DIGITS: Final = frozenset(DIGITS)
_HEADING: Final = 10  # words, at most, of a line that is a heading or a part of a letter's head

# what a cut costs: what divides less costs more; one phrase more costs _ANOTHER
_ANOTHER: Final = 3.0
_AT_MARK: Final = {";": 0.0, ":": 1.5, ",": 2.0}
_AT_CLAUSE: Final = 0.5  # a comma before a clause, or at the end of a date
_AFTER_NUMBER: Final = 4.0  # a comma there belongs to what follows
_BREATH: Final = 5.0
_JOINT: Final = 8.0
_ANYWHERE: Final = 14.0
_NEVER: Final = 10_000.0
_TOO_LONG: Final = 0.6  # for each character beyond comfort
_TOO_SHORT: Final = 3.0  # for each syllable that a piece is too short
_UNEVEN: Final = 4.0  # for a piece that is empty beside a comfortable one; less for less
_SOON: Final = COMFORTABLE_CHARACTERS // 2  # of a sentence's first piece: some 12 syllables
_LATE: Final = 3.0  # for a first piece that is comfortable; less for less: what is pressed is heard after it

_REMEMBERED: Final = 512
"""Sentences whose pieces are kept: an editor asks again for a text of which one sentence changed."""
_LONGEST_REMEMBERED: Final = 400
"""Words of a sentence that is kept so: some 2,000 characters, which bounds what all of them hold."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One call to the voice: whole words, at most 100 syllables, then a rest of `pause_ms`."""

    text: str
    pause_ms: int
    closes: Closes


def phrases(spoken: str | Reading) -> tuple[Phrase, ...]:
    """Split a spoken text at the bounds of sentences, else of clauses, else of words; lines are paragraphs.

    Joined by spaces, the phrases are the spoken text, but for the full stop that a line without one gets:
    a voice lets a heading fall only before it. A number is never divided unless it alone is longer than
    a phrase may be.
    """
    text = spoken.spoken if isinstance(spoken, Reading) else spoken
    lines = [_sentences(line) for line in text.split("\n")]
    nothing: list[list[str]] = []
    return tuple(
        phrase
        for line, below in zip(lines, [*lines[1:], nothing], strict=True)
        for phrase in _of_line(line, below)
    )


def _sentences(line: str) -> list[list[str]]:
    return [words for found in _SENTENCE.findall(line) if (words := found.split())]


def _of_line(sentences: list[list[str]], below: list[list[str]]) -> list[Phrase]:
    """The phrases of a line; `below` are the sentences of the line that follows directly."""
    said: list[Phrase] = []
    for place, words in enumerate(sentences):
        *pieces, last = _pieces(words)
        for piece in pieces:
            pause = CLAUSE_MS if piece[-1][-1] in _MARKS else BREATH_MS
            said.append(Phrase(" ".join(piece), pause, "clause"))
        if place + 1 < len(sentences):
            rest = LIST_ITEM_MS if _is_item(sentences[place + 1]) else SENTENCE_MS
            said.append(Phrase(" ".join(last), rest, "sentence"))
        else:
            said.append(_closing_line(last, len(words), below))
    return said


def _closing_line(last: Sequence[str], length: int, below: list[list[str]]) -> Phrase:
    """The last phrase of a line, with the rest and the mark that its place asks for."""
    text = " ".join(last)
    if text[-1] in _MARKS:
        return Phrase(text, LIST_ITEM_MS, "sentence")
    closed = text if text[-1] in _SENTENCE_ENDS else f"{text}."
    if below and _is_item(below[0]):
        return Phrase(closed, LIST_ITEM_MS, "sentence")
    if below and closed != text and length <= _HEADING and _is_heading(below):
        return Phrase(closed, SENTENCE_MS, "sentence")
    return Phrase(closed, PARAGRAPH_MS, "paragraph")


def _is_heading(sentences: list[list[str]]) -> bool:
    """Whether a line is a part of a letter's head, or of a heading that fills several lines."""
    return len(sentences) == 1 and len(sentences[0]) <= _HEADING and sentences[0][-1][-1].isalpha()


def _is_item(words: list[str]) -> bool:
    """Whether a sentence begins with its label in a list ("hai, ...", "bê, ...")."""
    label = next((place for place, word in enumerate(words[:_LABEL]) if word.endswith(",")), None)
    if label is None:
        return False
    marks = [word.rstrip(",").lower() for word in words[: label + 1]]
    return all(mark in NUMBER_WORDS for mark in marks) or (label == 0 and marks[0] in _POINTS)


def _pieces(words: Sequence[str]) -> Sequence[Sequence[str]]:
    """A sentence's words in pieces that the voice can take."""
    if sum(map(len, words)) + len(words) <= COMFORTABLE_CHARACTERS:
        return [words]
    divide = _divided if len(words) <= _LONGEST_REMEMBERED else _divided.__wrapped__
    return divide(tuple(words))


@lru_cache(maxsize=_REMEMBERED)
def _divided(words: tuple[str, ...]) -> Sequence[Sequence[str]]:
    """The pieces whose cuts cost least together."""
    ends = list(accumulate((len(word) + 1 for word in words), initial=0))  # characters up to each place
    cheapest: list[tuple[float, int]] = [(0.0, 0)]  # of the words up to each place: cost, the cut before
    for end in range(1, len(words) + 1):
        here = 0.0 if end == len(words) else _cost_of_cut(words, end)
        cost, start = _cheapest_start(cheapest, ends, end)
        cheapest.append((cost + here, start))
    pieces: list[Sequence[str]] = []
    end = len(words)
    while end:
        start = cheapest[end][1]
        pieces.append(words[start:end])
        end = start
    return tuple(reversed(pieces))


def _cheapest_start(cheapest: list[tuple[float, int]], ends: list[int], end: int) -> tuple[float, int]:
    """Where the piece that ends there begins best, of equals the earliest, with what all costs so far."""
    best = (math.inf, end)
    for start in range(end - 1, max(0, end - MOST_SYLLABLES) - 1, -1):
        length = ends[end] - ends[start]
        alone = _cost_of_length(end - start, length)
        if not start:
            alone += _cost_of_wait(length)
        if length > COMFORTABLE_CHARACTERS and alone > best[0]:
            break  # a still longer piece costs still more
        best = min(best, (cheapest[start][0] + alone, start))
    return best


def _cost_of_length(syllables: int, characters: int) -> float:
    beyond = characters - COMFORTABLE_CHARACTERS
    if beyond > 0:
        return _ANOTHER + beyond * _TOO_LONG
    short = max(0, FEWEST_SYLLABLES - syllables)
    uneven = beyond / COMFORTABLE_CHARACTERS
    return _ANOTHER + short * _TOO_SHORT + uneven * uneven * _UNEVEN


def _cost_of_wait(characters: int) -> float:
    """What a long first piece of a sentence costs: nothing is heard before it is spoken."""
    return max(0, characters - _SOON) / _SOON * _LATE


def _cost_of_cut(words: Sequence[str], cut: int) -> float:
    """How little the place before the word divides; endless inside a number."""
    if not _may_cut(words, cut):
        return _NEVER
    word, follows = words[cut - 1], words[cut].lower().rstrip(_MARKS)
    if word[-1] in _MARKS:
        if word[-1] != ",":
            return _AT_MARK[word[-1]]
        if word[:-1].lower() in NUMBER_WORDS:
            dated = "tháng" in (before.lower() for before in words[max(0, cut - _DATE_REACH) : cut])
            return _AT_CLAUSE if dated else _AFTER_NUMBER
        return _AT_CLAUSE if follows in _CLAUSE_STARTS else _AT_MARK[","]
    if follows not in _JOINTS or word.lower() in _JOINTS or f"{word.lower()} {follows}" in _COMPOUNDS:
        return _ANYWHERE
    return _BREATH if follows in _BREATH_STARTS else _JOINT


def _may_cut(words: Sequence[str], cut: int) -> bool:
    """Whether no number is divided there; digits one by one may be grouped by commas."""
    before, after = words[cut - 1].lower(), words[cut].lower().rstrip(",;:")
    if before[-1] in _MARKS:
        return before[-1] != "," or not (before[:-1] in _SPOKEN_DIGITS and after in _SPOKEN_DIGITS)
    return not (before in NUMBER_WORDS and after in NUMBER_WORDS)
