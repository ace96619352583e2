"""JSON shapes of airings."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AliasPath, AwareDatetime, Field, model_validator

from controller.features.airings.conflicts import Choice, ConflictKind, Meeting
from controller.features.bulletins.schemas import Mannered, TopicCodeAsked
from controller.features.fleet.schemas import NodeShown
from controller.http.schemas import Code, Command, View
from controller.model.airing_states import AiringState
from controller.model.airings import DEFAULT_VOLUME
from devices.ids import Grade

LONGEST_WAIT_SECONDS = 366 * 86_400


class DeliveryShown(View):
    """How far one node came with one airing."""

    node: str
    airing: str
    rung: Annotated[int, Field(ge=0, le=3, description="0 planned, 1 fetched, 2 started, 3 finished.")]
    fetched_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    heard_ms: int
    reason: str | None


class ReceiptShown(View):
    """One receipt as it came; `seq` None: from before receipts were signed and numbered."""

    id: str
    seq: int | None
    airing: str
    kind: str = Field(description="A kind that this release does not know comes as the node told it.")
    at: datetime | None
    received_at: datetime
    offset_ms: int
    heard_ms: int
    volume: int | None
    level_dbfs: float | None
    reason: str | None


class NodeWhole(NodeShown):
    """One node with its last deliveries and receipts."""

    deliveries: list[DeliveryShown]
    receipts: list[ReceiptShown]
    receipt_faults: list[str] = Field(description="What is missing or wrong in its receipts, in words.")


class StartAsked(Command):
    """When and how. Either `starts_at`, or `starts_in_seconds` from now."""

    starts_at: AwareDatetime | None = None
    starts_in_seconds: Annotated[float, Field(ge=0, le=LONGEST_WAIT_SECONDS)] | None = None
    latest_start_at: AwareDatetime | None = Field(None, description="By default by grade: 10, 30 min, 24 h.")
    grade: Grade = Grade.ROUTINE
    volume: Annotated[int, Field(ge=0, le=100)] = DEFAULT_VOLUME
    meeting: Meeting = Field(
        Meeting.REFUSE, description="What to do when it meets other airings; policies are never bent."
    )

    @model_validator(mode="after")
    def _one_start(self) -> Self:
        if (self.starts_at is None) == (self.starts_in_seconds is None):
            raise ValueError("give starts_at or starts_in_seconds, one of the two")
        return self


class When(StartAsked):
    """Where, when and how. Either `starts_at`, or `starts_in_seconds` from now."""

    areas: Annotated[list[Code], Field(min_length=1, max_length=1000)]


class AirAgain(StartAsked):
    """Which loudspeakers shall sound an airing once more that is over and that they missed."""

    nodes: Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=200)]


class PlanAiring(When):
    """An airing of a bulletin that exists."""

    bulletin: str


class AirOnTopic(When, Mannered):
    """A new text, submitted and planned in one go, and what it is about."""

    title: str
    text: str
    topic: TopicCodeAsked | None = None


class Aired(View):
    """What `air` made."""

    bulletin: str
    airing: str


class ConflictShown(View):
    """One thing that an airing meets; `choices` says what can be done, the gentlest first."""

    kind: ConflictKind
    areas: list[Code]
    since: datetime
    until: datetime
    seconds_lost: float = Field(description="At most, in any of the areas; by whoever loses.")
    other: str | None = Field(description="The other airing.")
    other_title: str | None
    choices: list[Choice]


class ForesightShown(View):
    """What an airing would meet, before it is planned."""

    conflicts: list[ConflictShown]
    clear_at: datetime | None = Field(description="The first start within a day at which it meets nothing.")
    duration_seconds: float
    turns: int = Field(description="In how many turns loudspeakers speak; 1: all at once.")
    whole_seconds: float = Field(description="From the start until the last turn has ended.")
    is_estimate: bool = Field(description="The recording is not made yet; the length is guessed.")
    earliest_at: datetime | None = Field(
        None, description="From then on all that can be reached have the recording, were it approved now."
    )
    reachable: int | None = Field(None, description="Nodes in the areas that can be reached now.")
    unable: list[str] = Field(
        default_factory=list, description="Nodes there that said that they cannot play such a recording."
    )


class SlotShown(View):
    """A span in which one airing sounds without a break."""

    airing: str
    bulletin: str
    title: str
    starts_at: datetime
    ends_at: datetime
    seconds: float
    cut: bool = Field(description="Less than the whole: it yields, is silenced or is resumed.")
    grade: Grade
    volume: int
    turns: int = Field(description="In how many turns loudspeakers speak; the slot is that of the first.")
    over_at: datetime = Field(description="When the last turn has ended.")


class WaitingShown(View):
    """An airing that will sound only if somebody approves its bulletin in time."""

    airing: str
    bulletin: str
    starts_at: datetime
    grade: Grade


class TimetableShown(View):
    """What will sound in an area."""

    area: Code
    since: datetime
    until: datetime
    first_sound: str | None = Field(description="In words, such as “05:00 sáng mai”.")
    slots: list[SlotShown]
    waiting: list[WaitingShown]


class SpreadShown(View):
    """How far from the planned instant the nodes began, milliseconds."""

    nodes: int
    p50: float
    p99: float
    max: float


class ForecastShown(View):
    """Who will have an airing's recording before it starts, by what is known now; `nodes` in all."""

    nodes: int
    in_time: int
    late: int = Field(description="Have it only after the start, and join in the middle.")
    missed: int = Field(description="Can be reached, but have it too late to begin at all.")
    away: int = Field(description="Lack it and cannot be reached now.")
    late_by_seconds: float = Field(description="When the last that can be reached has it, after the start.")
    is_late: bool = Field(description="More than 2 % of those that can be reached are late or missed.")
    sentence: str = Field(description="For people, in Vietnamese.")


class AiringShown(View):
    """One airing with its reach: each count includes the nodes that came further."""

    id: str
    bulletin: str
    title: str
    state: AiringState
    grade: Grade
    volume: int
    where: str
    starts_at: datetime
    latest_start_at: datetime
    ended_at: datetime | None
    duration_ms: int | None
    turns: int = Field(description="In how many turns loudspeakers speak; 1: all at once.")
    over_at: datetime | None = Field(
        validation_alias="ends_at", description="When the last turn has ended; null: not known yet."
    )
    recording: str | None
    reason: str | None
    nodes: int = Field(validation_alias=AliasPath("reach", "nodes"))
    fetched: int = Field(validation_alias=AliasPath("reach", "fetched"))
    started: int = Field(validation_alias=AliasPath("reach", "started"))
    ended: int = Field(
        validation_alias=AliasPath("reach", "ended"),
        description="Nodes at which it came to its end, heard in whole or in part.",
    )
    finished: int = Field(
        validation_alias=AliasPath("reach", "finished"), description="Nodes that sounded all of it."
    )
    percent_heard: int | None = Field(
        validation_alias=AliasPath("reach", "percent_heard"),
        description="Of all that its nodes should have sounded.",
    )
    start_spread_ms: SpreadShown | None = Field(None, validation_alias="spread")
    forecast: ForecastShown | None = Field(
        None, description="Of what is on its way and starts within half an hour, or sounds; only in reads."
    )
