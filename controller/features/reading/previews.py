"""A draft as it will be spoken, in pieces that can be heard before it is handed in; pure."""

import re
from collections.abc import Iterator

from controller.errors import BadInput
from tts.errors import TextError
from tts.normalization import check_text

LONGEST_SAMPLE = 300
"""Characters: a sentence or two, some twenty seconds of speech."""
MOST = 200
"""Sentences that a page offers; a bulletin of more is longer than a quarter of an hour."""
_TOGETHER = 160
"""Characters up to which short sentences are spoken together: some ten seconds, six requests a minute."""
_ENDS = re.compile(r"(?<=[.!?;:…])\s+|\n+")
_BREATH = re.compile(r"(?<=,)\s+")


def sentences(*spoken: str) -> list[str]:
    """Return what is spoken in pieces that the station speaks at once, none of them empty."""
    pieces = [piece for text in spoken for one in _ENDS.split(text) for piece in _short(one.strip())]
    found: list[str] = []
    for piece in pieces:
        if found and len(found[-1]) + len(piece) < _TOGETHER:
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return found[:MOST]


def _short(sentence: str) -> Iterator[str]:
    """Yield a sentence, or its parts where it is longer than a sample may be."""
    part = ""
    for clause in _BREATH.split(sentence):
        for word in [clause] if len(clause) <= LONGEST_SAMPLE else clause.split():
            joined = f"{part} {word}".strip()
            if len(joined) > LONGEST_SAMPLE:
                yield part
                joined = word[:LONGEST_SAMPLE]
            part = joined
    if any(letter.isalnum() for letter in part):
        yield part


LONGEST_SENTENCE = 2_000
"""Characters of a sentence whose phrases are heard one by one."""
MOST_PHRASES = 100


def checked_sentence(spoken: str, place: int) -> str:
    """Return a sentence as it is spoken, or raise BadInput where it cannot be, or has no such phrase."""
    if not 0 <= place < MOST_PHRASES:
        raise BadInput("Câu này không có đoạn ấy.", code="speech.no-phrase")
    text = " ".join(spoken.split())
    try:
        check_text(text, max_characters=LONGEST_SENTENCE)
    except TextError as error:
        raise BadInput(error.sentence, code=error.code) from error
    return text


def checked_sample(text: str) -> str:
    """Return the text in one line, or raise BadInput where it is empty, too long, or no text."""
    text = " ".join(text.split())
    try:
        check_text(text, max_characters=LONGEST_SAMPLE)
    except TextError as error:
        raise BadInput(error.sentence, code=error.code) from error
    return text
