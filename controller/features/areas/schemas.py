"""JSON shapes of areas and their languages."""

from typing import Annotated

from pydantic import Field

from controller.http.schemas import Code, Command, View


class AreaShown(View):
    """One area that the person may see."""

    code: Code
    parent: Code | None
    name: str
    kind: str
    latitude: float | None
    longitude: float | None


class LanguageShown(View):
    """A language that areas can be spoken to in."""

    code: str = Field(description="ISO 639-3.")
    name: str = Field(description="In Vietnamese.")
    english: str


class LanguagesAsked(Command):
    """The languages of an area, the best first."""

    languages: Annotated[list[Annotated[str, Field(min_length=3, max_length=3)]], Field(max_length=10)]


class AreaLanguages(View):
    """The languages in which an area, and all below it without a list, is spoken to."""

    area: Code
    languages: list[str]
