"""Parts that the JSON of every feature shares: base of what is sent, error, area code."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from devices.messages import NAME_PATTERN

Code = Annotated[
    str, Field(pattern=NAME_PATTERN, description="Official code of a province, commune or village.")
]


class Command(BaseModel):
    """Base of what a program sends: an unknown field is a mistake of the program."""

    model_config = ConfigDict(extra="forbid")


class Fault(BaseModel):
    """Why a call was refused or failed."""

    code: str = Field(description="For programs, such as `airing.start-in-past`.")
    sentence: str = Field(description="For people, in Vietnamese.")
    facts: dict[str, Any] | None = Field(
        None, description="What a program can act on, such as the conflicts of an airing."
    )


class Reason(Command):
    """Why."""

    reason: Annotated[str, Field(max_length=1000)] = ""
