"""What a listening test asks a listener, and in which order (pure).

Each listener hears each sentence once, by one voice and in one condition; which one is rotated from listener
to listener (a Latin square), so that all voices are judged on all sentences. The order within a part is drawn
anew for each listener; nothing that is shown says which voice speaks.
"""

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, product
from pathlib import Path

MOST_VOICES = 4
WRITTEN = 24
"""Sentences to write down: divisible by the cells (voices times conditions) of 1 to 4 voices."""
TONES = ("level", "rising", "falling", "hook", "tilde", "heavy")
CARRIER = "Mời bà con nghe chữ {}, xin nghe lại."
"""A sentence around one syllable: neither its grammar nor its sense says which tone the syllable has."""
_FOLDER = Path(__file__).parent


class Condition(StrEnum):
    """How a recording reaches the ear."""

    CLEAN = "clean"
    HORN = "horn"


class ListeningTask(StrEnum):
    """What the listener does."""

    WRITE = "write"
    TONE = "tone"
    PAIR = "pair"


@dataclass(frozen=True, slots=True)
class Saying:
    """One recording: what is said, by which voice (its number), in which condition."""

    said: str
    voice: int
    condition: Condition


@dataclass(frozen=True, slots=True)
class Question:
    """One question: one utterance to write down or to name the tone of, or two to compare."""

    part: ListeningTask
    heard: tuple[Saying, ...]
    choices: tuple[str, ...] = ()
    """The six syllables of a question of tones, in the order of `TONES`."""
    right: str = ""
    """The sentence that is said, or the syllable; "" where two sayings are compared."""


def sayings(voices: int) -> list[Saying]:
    """All recordings that a test of so many voices needs."""
    said = [*_sentences(), *(CARRIER.format(one) for row in _tones() for one in row), *_compared(voices)]
    return [Saying(*one) for one in product(said, range(voices), Condition)]


def questions_for(voices: int, chance: random.Random) -> list[Question]:
    """The questions for one listener, in the order that `chance` draws."""
    cells = list(product(range(voices), Condition))
    turn = chance.randrange(WRITTEN)
    parts = (_writing(cells, turn), _tone_choices(cells, turn), _pairs(voices, turn, chance))
    for part in parts:
        chance.shuffle(part)
    return [question for part in parts for question in part]


def _writing(cells: Sequence[tuple[int, Condition]], turn: int) -> list[Question]:
    return [
        Question(ListeningTask.WRITE, (Saying(said, *cells[(number + turn) % len(cells)]),), right=said)
        for number, said in enumerate(_sentences())
    ]


def _tone_choices(cells: Sequence[tuple[int, Condition]], turn: int) -> list[Question]:
    rows = _tones()
    asked = []
    for number, cell in enumerate(cells):
        for tone in range(len(TONES)):
            row = rows[(number + tone + turn) % len(rows)]
            heard = Saying(CARRIER.format(row[tone]), *cell)
            asked.append(Question(ListeningTask.TONE, (heard,), choices=row, right=row[tone]))
    return asked


def _pairs(voices: int, turn: int, chance: random.Random) -> list[Question]:
    two = list(combinations(range(voices), 2))
    asked = []
    for number, said in enumerate(_compared(voices)):
        condition = list(Condition)[(number + turn) % 2]
        ordered = list(two[(number // 2 + turn) % len(two)])
        chance.shuffle(ordered)
        asked.append(Question(ListeningTask.PAIR, tuple(Saying(said, voice, condition) for voice in ordered)))
    return asked


def _sentences() -> list[str]:
    return [row["sentence"] for row in _rows("sentences.csv") if row["set"] == "held"][:WRITTEN]


def _compared(voices: int) -> list[str]:
    return [row["sentence"] for row in _rows("comparisons.csv")] if voices > 1 else []


def _tones() -> list[tuple[str, ...]]:
    return [tuple(row[tone] for tone in TONES) for row in _rows("tones.csv")]


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))
