"""Spoken text into phrases: what the voice says in one breath, and how long it rests after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tts.reading.result import Reading

Closes = Literal["clause", "sentence", "paragraph"]

CLAUSE: Closes = "clause"
SENTENCE: Closes = "sentence"
PARAGRAPH: Closes = "paragraph"

CLAUSE_MS = 250
SENTENCE_MS = 450
PARAGRAPH_MS = 800


@dataclass(frozen=True, slots=True)
class Phrase:
    """One call to the voice: whole words, at most 100 syllables, then a rest of `pause_ms`."""

    text: str
    pause_ms: int
    closes: Closes


def phrases(spoken: str | Reading) -> tuple[Phrase, ...]:
    """Split a spoken text at the bounds of sentences and clauses; lines are paragraphs."""
    text = spoken.spoken if isinstance(spoken, Reading) else spoken
    said: list[Phrase] = []
    for line in text.split("\n"):
        sentences = re.findall(r"[^.?!]+[.?!]*", line)
        for place, sentence in enumerate(sentences):
            last = place == len(sentences) - 1
            pause, closes = (PARAGRAPH_MS, PARAGRAPH) if last else (SENTENCE_MS, SENTENCE)
            said.append(Phrase(sentence.strip(), pause, closes))
    return tuple(phrase for phrase in said if phrase.text)
