"""JSON shapes of the lexicon."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from controller.http.schemas import Code, Command, View


class Teach(Command):
    """How a written form is to be read out."""

    written: Annotated[str, Field(max_length=200, description="As it stands in texts, such as `PBGDPL`.")]
    spoken: Annotated[str, Field(max_length=500, description="In Vietnamese syllables.")]
    area: Code | None = Field(None, description="Where, with all below; by default the whole province.")


class EntryShown(View):
    """A word that was taught; removed ones stay as history."""

    id: str
    written: str
    spoken: str
    area: Code
    added_by: str = Field(description="Name of the operator.")
    added_at: datetime
    removed_by: str | None
    removed_at: datetime | None


class ProposalShown(View):
    """A reading that somebody proposed; `entry` is what came of a yes."""

    id: str
    written: str
    spoken: str
    area: Code
    proposed_by: str = Field(description="Name of the operator.")
    proposed_at: datetime
    decided_at: datetime | None
    entry: str | None
    may_decide: bool = Field(description="Whether you may say yes or no to it.")
    is_own: bool = Field(description="Whether you proposed it.")
