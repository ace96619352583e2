"""JSON shapes of what waits for a second administrator."""

from datetime import datetime
from typing import Self

from pydantic import Field

from controller.features.plans.proposals import ProposalLine
from controller.http.schemas import Code, View


class SharedActShown(View):
    """What one administrator has signed, and a second must sign before it is done."""

    id: str
    act: str
    area: Code
    words: str = Field(description="What will change.")
    by: str = Field(description="The first administrator's name.")
    at: datetime
    is_over: bool = Field(description="Nobody signed it within seven days: it must begin anew.")

    @classmethod
    def line(cls, one: ProposalLine) -> Self:
        """Return it as JSON has it."""
        return cls.of(one.row, by=one.name, is_over=one.is_over)


class SharedActsShown(View):
    """All that waits in one's areas, oldest first."""

    proposals: list[SharedActShown]
