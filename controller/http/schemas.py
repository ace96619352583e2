"""Parts that the JSON of every feature shares: base of what is sent, error, area code."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from devices.messages import NAME_PATTERN

Code = Annotated[
    str, Field(pattern=NAME_PATTERN, description="Official code of a province, commune or village.")
]


class Command(BaseModel):
    """Base of what a program sends: an unknown field is a mistake of the program."""

    model_config = ConfigDict(extra="forbid")


class View(BaseModel):
    """Base of what a program gets; it takes its fields from the attributes of a row by their names."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, source: object, **own: Any) -> Self:
        """Return the view of a row or a dataclass; what `own` holds is taken instead of the row's."""
        return cls.model_validate(_Overlaid(source, own) if own else source)


class _Overlaid:
    def __init__(self, source: object, own: dict[str, Any]) -> None:
        self.__dict__.update(own)
        self._source = source

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


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
