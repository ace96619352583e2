"""JSON shapes that every feature shares: base classes of requests and responses, error, area code."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from devices.wire_types import NAME_PATTERN

Code = Annotated[
    str, Field(pattern=NAME_PATTERN, description="Official code of a province, commune or village.")
]


class Command(BaseModel):
    """Base of request bodies; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid")


class View(BaseModel):
    """Base of responses; fields are read from a row's attributes of the same name."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, source: object, **own: Any) -> Self:
        """Return the view of a row or a dataclass; values in `own` replace those of the row."""
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
