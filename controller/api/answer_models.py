"""What calls about a commune's yes and no take and give."""

from datetime import datetime

from pydantic import BaseModel, Field

from controller.airings.answering import LONGEST_REASON
from controller.airings.questions import Subject
from controller.api.models import Code


class QuestionShown(BaseModel):
    """One thing that waits for the word of the person's commune."""

    subject: Subject
    id: str = Field(description="Of the airing or the schedule.")
    bulletin: str
    title: str
    starts_at: datetime | None = Field(description="The next start; null where none is made yet.")
    until: datetime | None = Field(
        description="Of an airing: its latest start; a yes that comes later is void."
    )
    asked_by: str
    asked_at: datetime


class AnswerAsked(BaseModel):
    """Yes or no, for the person's own commune."""

    agrees: bool
    reason: str = Field("", max_length=LONGEST_REASON)


class AnswerShown(BaseModel):
    """What a commune has said."""

    area: Code
    agrees: bool
    reason: str
    at: datetime


class StandingShown(BaseModel):
    """The communes that are asked for their yes, by what they have said."""

    agreed: list[Code]
    declined: list[Code]
    unanswered: list[Code]
