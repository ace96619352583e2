"""JSON shapes of bulletin templates."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from controller.http.schemas import Code, Command, View
from controller.model.wording import LONGEST_TITLE

Text = Annotated[str, Field(description="Places to fill in stand in square brackets, such as `[ngày]`.")]
Title = Annotated[str, Field(max_length=LONGEST_TITLE)]
BasedOn = Annotated[
    Annotated[str, Field(max_length=64)] | None,
    Field(description="The `version` that was changed; another one answers 409. Null: any."),
]


class TemplateWritten(Command):
    """What a template says."""

    title: Title
    text: Text


class TemplateChanged(TemplateWritten):
    """Other words for a template."""

    based_on: BasedOn = None


class TemplateAdded(TemplateWritten):
    """A new template, and where it is offered."""

    area: Code | None = Field(None, description="Where, with all below; by default the person's own area.")


class BulletinTemplateShown(View):
    """A template that is offered; a built-in one has no area and nobody who added it."""

    id: str
    title: str
    text: Text
    version: str = Field(description="What a change of it is `based_on`.")
    places: list[str] = Field(description="What is to be filled in, with its brackets.")
    is_builtin: bool
    area: Code | None
    added_by: str | None = Field(description="Name of the operator.")
    added_at: datetime | None
    changed_by: str | None
    changed_at: datetime | None
