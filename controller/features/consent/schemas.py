"""What calls about a commune's yes and no take and give."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from controller.http.schemas import Code, Command, View
from controller.model.base import ID_LENGTH, LONGEST_REASON


class Subject(StrEnum):
    """What a question is about."""

    AIRING = "airing"
    SCHEDULE = "schedule"


class QuestionShown(View):
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


class AnswerAsked(Command):
    """Yes or no, for the person's own commune."""

    agrees: bool
    reason: str = Field("", max_length=LONGEST_REASON)


class AnswerShown(View):
    """What a commune has said."""

    area: Code
    agrees: bool
    reason: str
    at: datetime


class SideShown(View):
    """One of two airings that collide, as it stands now."""

    airing: str
    bulletin: str
    title: str
    starts_at: datetime
    ends_at: datetime = Field(description="By its recording; where there is none yet, by a guess.")


class CollisionShown(View):
    """Two priority airings that want to sound at once in the person's commune."""

    one: SideShown
    other: SideShown


class OrderAsked(Command):
    """Which of two airings goes first in the person's commune."""

    first: Annotated[str, Field(max_length=ID_LENGTH)]
    then: Annotated[str, Field(max_length=ID_LENGTH)] = Field(description="Follows right after the first.")


class OrderShown(View):
    """What follows now, in the commune: the airing itself, or the part of it that was split off."""

    airing: str
    starts_at: datetime


class StandingShown(View):
    """The communes that are asked for their yes, by what they have said."""

    agreed: list[Code]
    declined: list[Code]
    unanswered: list[Code]
