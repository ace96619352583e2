"""Shapes of the calls by which areas change and nodes move."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from controller.features.accounts.passkey_schemas import DeviceChosen, SignatureGiven
from controller.http.schemas import Code, Command, View
from devices.wire_types import NAME_PATTERN

AreaName = Annotated[str, Field(min_length=1, max_length=200)]
AreaKind = Annotated[str, Field(min_length=1, max_length=50)]
NodeCode = Annotated[str, Field(pattern=NAME_PATTERN)]


class NewAreaAsked(Command):
    """A new area below another."""

    code: Code
    name: AreaName
    kind: AreaKind
    parent: Code


class Rename(Command):
    """The new name or kind of an area; fields that are left out stay unchanged."""

    name: AreaName | None = None
    kind: AreaKind | None = None


class GoInto(SignatureGiven):
    """Which area a node, or an area, belongs to from now on."""

    to: Code


class AskGoInto(DeviceChosen):
    """Which of one's devices is to sign that."""

    to: Code


class Joined(Command):
    """Areas of one parent that become one; `code` may be new, or an area that exists."""

    of: Annotated[list[Code], Field(min_length=1, max_length=100)]
    code: Code
    name: AreaName
    kind: AreaKind


class Merge(SignatureGiven, Joined):
    """Areas that become one, and how that is signed."""


class AskMerge(DeviceChosen, Joined):
    """Which of one's devices is to sign that."""


class Part(Command):
    """A part of an area that becomes an area of its own."""

    code: Code
    name: AreaName
    kind: AreaKind
    nodes: Annotated[list[NodeCode], Field(max_length=5000)]


class Parts(Command):
    """The parts that leave an area; nodes in no part stay."""

    parts: Annotated[list[Part], Field(min_length=1, max_length=50)]


class Split(SignatureGiven, Parts):
    """The parts that leave an area, and how that is signed."""


class AskSplit(DeviceChosen, Parts):
    """Which of one's devices is to sign that."""


class AreaSpanShown(View):
    """How an area was until it was changed."""

    name: str
    kind: str
    parent: Code | None
    valid_from: datetime | None = Field(description="Null: as far back as the station knows.")
    valid_to: datetime


class AreaWhole(View):
    """One area as it is, and as it was."""

    code: Code
    parent: Code | None
    name: str
    kind: str
    ended_at: datetime | None
    history: list[AreaSpanShown]


class Changed(View):
    """Result of a change of areas."""

    nodes: int = Field(description="Loudspeakers that were told where they stand now.")
    accounts: list[str] = Field([], description="Sign-in names that still belong to a closed area.")
    proposal: str | None = Field(
        None, description="Nothing was changed yet: it waits for a second administrator, `/proposals/{id}`."
    )
