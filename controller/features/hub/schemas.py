"""JSON shapes of the hub as a province sees it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from controller.http.schemas import Code, Command, View
from devices.ids import Grade

AcceptedGrade = Annotated[
    Literal["routine", "priority"] | None,
    Field(description="Up to which grade the approval counts here; null: it comes as a draft."),
]


class ApproverAsked(Command):
    """An approver of the hub to accept: the key's name, up to which grade, and where."""

    kid: Annotated[str, Field(max_length=64)]
    grade: AcceptedGrade = None
    area: Code | None = Field(None, description="Null: the province.")


class OfferedApprover(View):
    """An approver that the hub names and the province has not accepted."""

    kid: str
    holder: str
    name: str
    public: str = Field(description="To be compared with what the person reads out.")


class ApproverShown(OfferedApprover):
    """An accepted approver of the hub."""

    grade: Grade | None
    area: str
    accepted_at: datetime
    ended_at: datetime | None
    is_trusted: bool = Field(description="Whether loudspeakers have the key, signed by the root.")
    is_ended_there: bool = Field(description="Whether the hub says that the key has ended.")


class DocumentShown(View):
    """A document of the hub; `counts`: it may be aired by the hub's approval, once it is taken."""

    sha256: str
    title: str
    text: str
    approver: str
    grade: Grade
    area: str
    approved_at: datetime
    expires_at: datetime
    came_at: datetime
    gone_at: datetime | None = Field(description="Since when the hub names it no longer.")
    counts: bool
    why_not: str = Field(description="Why it comes as a draft, in Vietnamese; empty where it counts.")
    bulletin: str | None = Field(description="What was made of it.")
    taken_at: datetime | None


class TakenDocument(View):
    """What was made of a document; `counts`: approved by the hub's approver, else a draft."""

    bulletin: str
    counts: bool


class HubShown(View):
    """How the exchange with the hub stands."""

    address: str
    hub: str = Field(description="What the hub calls itself.")
    heard_at: datetime | None = Field(description="When it last gave a feed that is good and not older.")
    issued_at: datetime | None = Field(description="When that feed was made.")
    is_silent: bool = Field(description="Nothing new for two days: a hub signs its feed anew each day.")
    fault: str | None
    sent_at: datetime | None = Field(description="When the hub last took figures.")
    send_fault: str | None
    reported: dict[str, object] | None = Field(description="The figures that were last sent, as they are.")
    approvers: list[ApproverShown]
    offered: list[OfferedApprover]
