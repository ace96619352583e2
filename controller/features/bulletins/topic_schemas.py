"""What calls about topics take and give."""

from typing import Annotated

from pydantic import BaseModel, Field

from controller.features.airings.schemas import Air, Asked
from controller.features.bulletins.schemas import Draft, Mannered
from controller.features.bulletins.topics import LONGEST_NAME
from controller.model.base import ID_LENGTH

TopicCodeAsked = Annotated[str, Field(max_length=ID_LENGTH)]


class TopicShown(BaseModel):
    """One topic of the province's list."""

    code: str
    name: str
    is_ended: bool = Field(description="Not offered any more; bulletins that have it keep it.")


class TopicNamed(Asked):
    """A topic's name."""

    name: Annotated[str, Field(max_length=LONGEST_NAME)]


class TopicChosen(Asked):
    """What a bulletin is about; null takes it back."""

    topic: TopicCodeAsked | None


class TopicOfBulletin(BaseModel):
    """What a bulletin is about; null where nobody has chosen."""

    topic: TopicShown | None


class DraftOnTopic(Draft):
    """A new text, and what it is about."""

    topic: TopicCodeAsked | None = None


class AirOnTopic(Air, Mannered):
    """A new text, submitted and planned in one go, and what it is about."""

    topic: TopicCodeAsked | None = None
