"""JSON shapes of a bulletin's legal act."""

from datetime import date
from typing import Annotated

from pydantic import Field

from controller.features.imports.schemas import ReferenceShown
from controller.http.schemas import Command, View


class ReferenceAsked(Command):
    """A legal act, as a person says; all of it empty takes it back."""

    number: Annotated[str, Field(max_length=100)] | None = None
    kind: Annotated[str, Field(max_length=100)] | None = None
    issuer: Annotated[str, Field(max_length=200)] | None = None
    dated: date | None = None
    in_force_from: date | None = None
    in_force_until: date | None = None


class LegalShown(View):
    """The act of a bulletin: what a person said, and what its newest wording proposes."""

    reference: ReferenceShown | None
    proposal: ReferenceShown
    cancelled: list[str] = Field(
        default=[], description="Airings that were cancelled just now: they lay beyond the act's end."
    )
