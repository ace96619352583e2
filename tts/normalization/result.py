"""What reading gives back: the spoken text, how each part of it came about, and what to look at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the written text and what is said for it.

    `start` and `end` are character offsets in `Reading.written`; `rule` names the rule that spoke
    ("plain" is ordinary text, "mended" a plain word that mending changed); `sure` is False where a
    person should listen. `typed` is what stood there before mending changed it, None where it changed
    nothing; such a span is never sure.
    """

    written: str
    spoken: str
    rule: str
    start: int
    end: int
    sure: bool = True
    typed: str | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to read a spot, and the rule whose words it is (as `Span.rule`: "date", "fraction")."""

    spoken: str
    rule: str


@dataclass(frozen=True, slots=True)
class ReadingWarning:
    """Something a person should look at before approving; `sentence` is Vietnamese."""

    code: str
    sentence: str
    start: int
    end: int

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True)
class Reading:
    """A text made ready to be spoken.

    `written` is the text after cleaning and mending. `spoken` has one line for each line of it and holds
    only Vietnamese syllables, spaces and . , ; : ? ! — no digit, no symbol. The spans are in
    order, do not overlap, and leave out nothing but white space.
    """

    written: str
    spoken: str
    spans: tuple[Span, ...] = ()
    warnings: tuple[ReadingWarning, ...] = ()
