"""A text in sentences as the loudspeaker will say it, each spot tied to the letters it stands for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from controller.features.bulletins.wording_views import Taught, is_as_written, taught_by, taught_forms
from controller.model.wording import Words
from tts.normalization import Reading, Span
from tts.phrases import phrases

_WORD: Final = re.compile(r"[^\W_]+")
_END: Final = re.compile(r"[.?!]+(?=\s|$)")
Forms = Mapping[str, tuple[Taught, str]]


@dataclass(frozen=True, slots=True)
class SpokenStretch:
    """Letters from `start` to `end` of `Reading.written`, and what is said for them; "": as it is written.

    `form`: what an own word of the bulletin has to be written as, to stand for this spot.
    """

    start: int
    end: int
    form: str
    spoken: str = ""
    sure: bool = True
    mended: bool = False
    taught: Taught | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said from one full stop to the next, in as many phrases as the voice is called for."""

    stretches: tuple[SpokenStretch, ...]
    spoken: str
    phrases: int

    @property
    def start(self) -> int:
        """Where its first letter stands."""
        return self.stretches[0].start

    @property
    def end(self) -> int:
        """Behind its last letter."""
        return self.stretches[-1].end


@dataclass(frozen=True, slots=True)
class _Atom:
    """A spot, or one word of a plain stretch; `words`: how many words are said for it."""

    start: int
    end: int
    words: int
    span: Span


def sentences_of(found: Reading, known: Words, own: Words) -> tuple[Sentence, ...]:
    """Return what is said, a sentence each; `known` are the lexicon's words, `own` the bulletin's."""
    forms = taught_forms(known, own)
    sentences: list[Sentence] = []
    start = 0
    for written, spoken in zip(found.written.split("\n"), found.spoken.split("\n"), strict=True):
        end = start + len(written)
        atoms = [atom for span in found.spans if start <= span.start < end for atom in _atoms(span)]
        for together, said in _cut(atoms, spoken):
            stretches = tuple(_stretches(found.written, together, forms))
            sentences.append(Sentence(stretches, said, len(phrases(said))))
        start = end + 1
    return tuple(sentences)


def _atoms(span: Span) -> Iterator[_Atom]:
    said = len(_WORD.findall(span.spoken))
    words = list(_WORD.finditer(span.written)) if span.rule == "plain" and span.typed is None else []
    if not words or len(words) != said:
        yield _Atom(span.start, span.end, said, span)
        return
    starts = [*(span.start + word.start() for word in words), span.end]
    if starts[0] > span.start:  # a mark before it belongs to what was said before
        yield _Atom(span.start, starts[0], 0, span)
    for start, end in pairwise(starts):
        yield _Atom(start, end, 1, span)


def _cut(atoms: list[_Atom], spoken: str) -> Iterator[tuple[list[_Atom], str]]:
    """Yield the atoms of each sentence with what is said; one that ends inside a spot goes on after it."""
    if not atoms or not _WORD.search(spoken):
        return
    if sum(atom.words for atom in atoms) != len(_WORD.findall(spoken)):
        yield atoms, spoken.strip()
        return
    ends = {len(_WORD.findall(spoken, 0, one.end())): one.end() for one in _END.finditer(spoken)}
    together: list[_Atom] = []
    count = begun = 0
    for number, atom in enumerate(atoms):
        together.append(atom)
        count += atom.words
        silent_follows = number + 1 < len(atoms) and not atoms[number + 1].words
        if count in ends and not silent_follows and (said := spoken[begun : ends[count]].strip()):
            yield together, said
            together, begun = [], ends[count]
    rest = spoken[begun:].strip()
    if together and rest:
        yield together, rest


def _stretches(written: str, atoms: list[_Atom], forms: Forms) -> Iterator[SpokenStretch]:
    """Yield the sentence's spots, and what is plain between them, in order."""
    begun: int | None = None
    last = atoms[0].start
    for atom in atoms:
        span = atom.span
        taught = taught_by(span, forms)
        is_spot = taught is not None or span.typed is not None or not is_as_written(span)
        if is_spot and begun is not None:
            yield SpokenStretch(begun, last, written[begun:last])
            begun = None
        if is_spot:
            form = " ".join((span.typed or span.written).split())
            said = span.spoken or "(không đọc)"
            yield SpokenStretch(span.start, span.end, form, said, span.sure, span.typed is not None, taught)
        elif begun is None:
            begun = atom.start
        last = atom.end
    if begun is not None:
        yield SpokenStretch(begun, last, written[begun:last])
