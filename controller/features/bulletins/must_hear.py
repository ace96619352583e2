"""Which sentences of a recording an approver must hear to their end (decision 104).

The times of the phrases in the recording are laid beside the reading of the words. Where the two do not agree
word for word, nothing may be skimmed.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from itertools import chain

from tts.normalization import Reading, Span
from tts.script import CLOSING_WORDS, REPEAT_WORDS
from tts.sidecar import PhraseTime

_SAMPLED = 10
"""One in so many of the remaining sentences is heard too: a fault of the voice shows in no reading."""
_MARKS = re.compile(r"[\W_]+")
_ENDS = ".?!;:"
_EDGE_MS = 250
"""Players stop up to a quarter of a second beside the place they were asked for."""


class Why(StrEnum):
    """Reason for which a sentence must be heard."""

    TITLE = "title"  # what it is about, and whether the voice is right at all
    DOUBT = "doubt"  # a reading that is not sure, a mended letter, a reading that somebody ordered
    CHANGED = "changed"  # it was not in the version before
    SAMPLE = "sample"  # taken by the recording's digest and the person's name


@dataclass(frozen=True, slots=True)
class RecordedSentence:
    """Phrases of a recording up to the end of a sentence; `why` is empty where it may be skimmed.

    `first` and `last`: numbers of its phrases. `known`: this person heard it in the version before.
    """

    first: int
    last: int
    start_ms: int
    end_ms: int
    text: str
    why: tuple[Why, ...] = ()
    known: bool = False

    @property
    def needed(self) -> bool:
        """Whether this person must hear it in this recording."""
        return bool(self.why) and not self.known

    @property
    def key(self) -> str:
        """The same for two sentences that sound alike."""
        return " ".join(_words(self.text))

    def is_in(self, spans: Iterable[tuple[int, int]]) -> bool:
        """Whether these stretches hold all of it."""
        return any(
            start - _EDGE_MS <= self.start_ms and end + _EDGE_MS >= self.end_ms for start, end in spans
        )


@dataclass(frozen=True, slots=True)
class ToHear:
    """All sentences of a recording, and which of them a person must hear to the end."""

    sentences: tuple[RecordedSentence, ...]

    @property
    def needed(self) -> tuple[RecordedSentence, ...]:
        """Those to hear."""
        return tuple(one for one in self.sentences if one.needed)

    @property
    def needed_ms(self) -> int:
        """How long they sound."""
        return sum(one.end_ms - one.start_ms for one in self.needed)

    def left(self, spans: Collection[tuple[int, int]]) -> tuple[RecordedSentence, ...]:
        """Return those of the needed that are not yet heard to their end."""
        return tuple(one for one in self.needed if not one.is_in(spans))

    def told(self, spans: Collection[tuple[int, int]]) -> dict[str, object]:
        """Return for the journal which phrases had to be heard, and which were, numbered from 1."""
        heard = [one for one in self.sentences if one.is_in(spans)]
        return {
            "phrases": self.sentences[-1].last + 1,
            "phrases_needed": _numbers(self.needed),
            "phrases_heard": _numbers(heard),
        }


@dataclass(frozen=True, slots=True)
class Before:
    """The version before: its sentences, those of them that this person heard; the same voice spoke."""

    keys: frozenset[str]
    heard: frozenset[str]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a version as they are read."""

    issuer: Reading
    title: Reading
    text: Reading
    readings: int
    is_ordered: Callable[[Span], bool] = lambda _span: False
    """Whether the author ordered how a stretch is read."""


def to_hear(
    phrases: Sequence[PhraseTime], words: Words, before: Before | None, *, recording: str, person: str
) -> ToHear | None:
    """Return what the person must hear of a recording; None: all of it."""
    doubtful = _doubtful_phrases(phrases, words)
    if doubtful is None:
        return None
    titled = _titled_phrases(phrases, words)
    found = []
    for one in sentences_of(phrases):
        numbers = range(one.first, one.last + 1)
        is_new = before is not None and one.key not in before.keys and not _is_framing(one)
        why = (
            *((Why.TITLE,) if one.first < titled else ()),
            *((Why.DOUBT,) if not doubtful.isdisjoint(numbers) else ()),
            *((Why.CHANGED,) if is_new else ()),
        )
        known = before is not None and one.key in before.heard
        found.append(replace(one, why=why, known=known))
    return ToHear(tuple(_sampled(_once(found), f"{recording} {person}")))


def sentences_of(phrases: Sequence[PhraseTime]) -> Iterator[RecordedSentence]:
    """Yield the sentences that the phrases make up, in order."""
    first = 0
    for number, phrase in enumerate(phrases):
        if phrase.text[-1:] in _ENDS or number == len(phrases) - 1:
            part = phrases[first : number + 1]
            text = " ".join(one.text for one in part)
            yield RecordedSentence(first, number, part[0].start_ms, part[-1].end_ms, text)
            first = number + 1


def _once(found: Iterable[RecordedSentence]) -> Iterator[RecordedSentence]:
    """Yield the sentences; where the text is read again, only its first reading needs to be heard."""
    seen = set[str]()
    for one in found:
        yield replace(one, why=()) if one.key in seen else one
        seen.add(one.key)


def _sampled(found: Iterable[RecordedSentence], seed: str) -> Iterator[RecordedSentence]:
    """Yield the sentences, one in ten of those that nobody needs to hear taken as a sample; one at least."""
    everything = list(found)
    taken = {one.key for one in everything if one.why} | _FRAMING
    firsts = {one.key: one for one in reversed(everything) if one.key not in taken}
    free = list(firsts.values())
    drawn = sorted(free, key=lambda one: sha256(f"{seed} {one.key}".encode()).digest())
    chosen = {one.first for one in drawn[: -(-len(free) // _SAMPLED)]}
    for one in everything:
        yield replace(one, why=(Why.SAMPLE,)) if one.first in chosen else one


def _is_framing(one: RecordedSentence) -> bool:
    return one.key in _FRAMING


def _doubtful_phrases(phrases: Sequence[PhraseTime], words: Words) -> frozenset[int] | None:
    """Return the numbers of phrases with a doubtful word; None where phrases and reading do not agree."""
    spoken = [(number, word) for number, one in enumerate(phrases) for word in _words(one.text)]
    for heading in ((words.title,), (words.issuer, words.title)):
        expected = _expected(heading, words)
        if expected is None or [word for word, _ in expected] != [word for _, word in spoken]:
            continue
        pairs = zip(spoken, expected, strict=True)
        return frozenset(number for (number, _), (_, is_doubtful) in pairs if is_doubtful)
    return None


def _titled_phrases(phrases: Sequence[PhraseTime], words: Words) -> int:
    """Return how many phrases issuer and title make up; the first sentence where there is no title."""
    body = len(_words(words.text.spoken)) * words.readings
    body += len(_words(REPEAT_WORDS)) * (words.readings - 1) + len(_words(CLOSING_WORDS))
    heading = sum(len(_words(one.text)) for one in phrases) - body
    count = 0
    while count < len(phrases) and heading > 0:
        heading -= len(_words(phrases[count].text))
        count += 1
    return count or 1


def _expected(heading: Iterable[Reading], words: Words) -> list[tuple[str, bool]] | None:
    body = _flagged(words.text, words)
    parts = [_flagged(one, words) for one in heading]
    if body is None or any(one is None for one in parts):
        return None
    again = [*((word, False) for word in _words(REPEAT_WORDS)), *body]
    closing = [(word, False) for word in _words(CLOSING_WORDS)]
    return [*chain.from_iterable(one or [] for one in parts), *body, *again * (words.readings - 1), *closing]


def _flagged(reading: Reading, words: Words) -> list[tuple[str, bool]] | None:
    """Return the spoken words, each with whether it is doubtful; None where the spans leave some out."""
    found = [
        (word, not span.sure or span.typed is not None or words.is_ordered(span))
        for span in reading.spans
        for word in _words(span.spoken)
    ]
    return found if [word for word, _ in found] == _words(reading.spoken) else None


def _words(text: str) -> list[str]:
    return [word for part in text.split() if (word := _MARKS.sub("", part).lower())]


_FRAMING = frozenset(" ".join(_words(said)) for said in (REPEAT_WORDS, CLOSING_WORDS))


def _numbers(sentences: Iterable[RecordedSentence]) -> str:
    """Return phrases as "1-4,9": neighbours are joined, so that a long recording stays a short entry."""
    runs: list[list[int]] = []
    for one in sentences:
        if runs and runs[-1][1] == one.first:
            runs[-1][1] = one.last + 1
        else:
            runs.append([one.first, one.last + 1])
    return ",".join(f"{start + 1}-{end}" if end - start > 1 else str(end) for start, end in runs)
