"""JSON shapes of how a text is read out."""

from pydantic import Field

from controller.http.schemas import View


class SpanShown(View):
    """A stretch of a text and what is said for it."""

    written: str
    spoken: str
    rule: str
    start: int = Field(description="Characters of the `written` of the whole text; `end` too.")
    end: int
    sure: bool = Field(description="false where a person should listen.")
    typed: str | None = Field(description="What stood there before mending changed it; null: nothing was.")


class ReadingWarningShown(View):
    """What a person should look at."""

    code: str
    sentence: str
    start: int
    end: int


class ReadingShown(View):
    """How a text is read: `written` as it stands after mending, its spans in order, what is spoken."""

    written: str
    spoken: str
    spans: list[SpanShown]
    warnings: list[ReadingWarningShown]


class WordingRead(View):
    """How a bulletin's newest wording is read, with the words that its area was taught."""

    title: ReadingShown
    text: ReadingShown
