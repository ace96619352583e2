"""What the answers of a listening test say, with 95 % intervals (pure).

Word errors: substitutions, omissions and insertions, over the words of what was said. Their interval is a
bootstrap in two stages (listeners, then their answers), since answers of one listener are alike. Shares have
Wilson's interval.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from controller.features.listening_tests.questions import TONES, Condition, ListeningTask, Question

SAME = "same"
"""The answer where no difference was heard; "0" and "1" prefer the first or the second utterance."""
UNSURE = "?"
"""The answer where the listener could not say which tone it was."""
_Z = 1.959964
_RESAMPLES = 1000
_PACK = 1 << 32
"""More than the words of all answers."""


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """One answered question of one listener."""

    listener: str
    question: Question
    answer: str


@dataclass(frozen=True, slots=True)
class Share:
    """A share of `count` in `of`, with its interval; all 0 where `of` is 0."""

    count: int
    of: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Understood:
    """How well one voice was understood in one condition."""

    voice: int
    condition: Condition
    listeners: int
    word_errors: Share
    whole_sentences: Share
    tones: Share


@dataclass(frozen=True, slots=True)
class Preferred:
    """How often the first of two voices was called clearer than the second, of all answers that chose one."""

    first: int
    second: int
    condition: Condition
    preferred: Share
    no_difference: int


@dataclass(frozen=True, slots=True)
class ListeningFindings:
    """All figures of a test; `confusions[voice][said][heard]` counts tones, the last column is "unsure"."""

    understood: tuple[Understood, ...]
    preferred: tuple[Preferred, ...]
    confusions: tuple[tuple[tuple[int, ...], ...], ...]


def findings(
    voices: int, judged: Sequence[JudgedAnswer], spoken: Callable[[str], str], chance: random.Random
) -> ListeningFindings:
    """Count all answers. `spoken` turns what was typed ("15 giờ") into words as they are said."""
    return ListeningFindings(
        understood=tuple(
            _understood(voice, condition, judged, spoken, chance)
            for voice in range(voices)
            for condition in Condition
        ),
        preferred=tuple(
            _preferred(first, second, condition, judged)
            for first, second in combinations(range(voices), 2)
            for condition in Condition
        ),
        confusions=tuple(_confusions(voice, judged) for voice in range(voices)),
    )


def _understood(
    voice: int,
    condition: Condition,
    judged: Iterable[JudgedAnswer],
    spoken: Callable[[str], str],
    chance: random.Random,
) -> Understood:
    own = [
        one
        for one in judged
        if (heard := one.question.heard[0]).voice == voice
        and heard.condition is condition
        and one.question.part is not ListeningTask.PAIR
    ]
    written: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for one in own:
        if one.question.part is ListeningTask.WRITE:
            said = spoken(one.question.right).split()
            written[one.listener].append((word_errors(said, spoken(one.answer).split()), len(said)))
    tones = [one for one in own if one.question.part is ListeningTask.TONE]
    counted = [pair for pairs in written.values() for pair in pairs]
    return Understood(
        voice,
        condition,
        listeners=len({one.listener for one in own}),
        word_errors=_bootstrapped(list(written.values()), chance),
        whole_sentences=share(sum(not errors for errors, _ in counted), len(counted)),
        tones=share(sum(one.answer == one.question.right for one in tones), len(tones)),
    )


def _preferred(first: int, second: int, condition: Condition, judged: Iterable[JudgedAnswer]) -> Preferred:
    chosen: Counter[int | None] = Counter()
    for one in judged:
        heard = one.question.heard
        if {each.voice for each in heard} == {first, second} and heard[0].condition is condition:
            chosen[None if one.answer == SAME else heard[int(one.answer)].voice] += 1
    decided = share(chosen[first], chosen[first] + chosen[second])
    return Preferred(first, second, condition, decided, chosen[None])


def _confusions(voice: int, judged: Iterable[JudgedAnswer]) -> tuple[tuple[int, ...], ...]:
    table = [[0] * (len(TONES) + 1) for _ in TONES]
    for one in judged:
        asked = one.question
        if asked.part is ListeningTask.TONE and asked.heard[0].voice == voice:
            heard = len(TONES) if one.answer == UNSURE else asked.choices.index(one.answer)
            table[asked.choices.index(asked.right)][heard] += 1
    return tuple(tuple(row) for row in table)


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Return the fewest words to change, leave out or add (Levenshtein's distance over words)."""
    costs = list(range(len(heard) + 1))
    for row, word in enumerate(said, 1):
        diagonal, costs[0] = costs[0], row
        for column, other in enumerate(heard, 1):
            diagonal, costs[column] = (
                costs[column],
                min(costs[column] + 1, costs[column - 1] + 1, diagonal + (word != other)),
            )
    return costs[-1]


def share(count: int, of: int) -> Share:
    """Return a share with Wilson's 95 % interval."""
    if not of:
        return Share(0, 0, 0.0, 0.0, 0.0)
    value, spread = count / of, _Z * _Z / of
    middle = (value + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(value * (1 - value) / of + spread / (4 * of)) / (1 + spread)
    return Share(count, of, value, max(0.0, middle - half), min(1.0, middle + half))


def _bootstrapped(groups: Sequence[Sequence[tuple[int, int]]], chance: random.Random) -> Share:
    """Return errors over words, of listeners' answers as (errors, words) each."""
    errors, words = _summed(groups)
    if not words:
        return share(0, 0)
    # errors and words of an answer in one number, so that a thousand samples are summed in C
    packed = [[one[0] * _PACK + one[1] for one in group] for group in groups]
    drawn = []
    for _ in range(_RESAMPLES):
        some = chance.choices(packed, k=len(packed))
        wrong, said = divmod(sum(sum(chance.choices(group, k=len(group))) for group in some), _PACK)
        drawn.append(wrong / said)
    drawn.sort()
    tail = round(_RESAMPLES * 0.025)
    return Share(errors, words, errors / words, drawn[tail], drawn[-tail - 1])


def _summed(groups: Sequence[Sequence[tuple[int, int]]]) -> tuple[int, int]:
    every = [one for group in groups for one in group]
    return sum(one[0] for one in every), sum(one[1] for one in every)
