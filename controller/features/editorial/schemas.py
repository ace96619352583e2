"""JSON shapes of what is being written, as it will be said."""

from typing import Annotated

from pydantic import Field

from controller.features.bulletins.schemas import Mannered
from controller.features.bulletins.wording_views import Taught
from controller.http.schemas import View
from controller.model.base import ID_LENGTH

_LONGEST = 100_000


class ReadAsked(Mannered):
    """A text that nobody has kept yet."""

    title: Annotated[str, Field(max_length=300)] = ""
    text: Annotated[str, Field(max_length=_LONGEST)]
    bulletin: Annotated[str, Field(max_length=ID_LENGTH)] = Field(
        "", description="Whose text it is: read with the words of its area; by default of your own."
    )


class SpotAskedOf(ReadAsked):
    """Letters of that text; or a word that stands between them."""

    start: Annotated[int, Field(ge=0, le=_LONGEST)]
    end: Annotated[int, Field(ge=0, le=_LONGEST)]
    word: Annotated[str, Field(max_length=80)] = ""


class SpotShown(View):
    """Letters of a part that are said otherwise than written."""

    start: int
    end: int
    form: str = Field(description="As an own word of the bulletin must be written to stand for it.")
    spoken: str
    sure: bool = Field(description="false where a person should listen.")
    mended: bool
    taught: Taught | None = Field(description="Who taught it: the bulletin, or the lexicon.")


class SpokenSentenceShown(View):
    """What is said from one full stop to the next."""

    start: int
    end: int
    spoken: str
    phrases: int = Field(description="How many calls of the voice it is.")
    spots: list[SpotShown]


class SpokenPartShown(View):
    """Issuer, title or text as it will be said; places count letters of `written`."""

    part: str = Field(description="issuer, title or text.")
    written: str
    sentences: list[SpokenSentenceShown]


class SpokenShown(View):
    """All of it as it will be said, and how long the recording will be."""

    milliseconds: int
    parts: list[SpokenPartShown]
    warnings: list[str]
    is_cut: bool = Field(description="Whether only the beginning of the text is shown.")
    otherwise: dict[str, int] = Field(
        description="Milliseconds that it would be at each other pace, and in the other register."
    )


class ChoicesShown(View):
    """The readings of one spot, the present one first."""

    form: str
    spoken: list[str]
    refused: str = Field(description="Why no own reading can stand for these letters; empty: one can.")
