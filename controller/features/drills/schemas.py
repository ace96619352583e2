"""JSON shapes of drills."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from controller.features.airings.schemas import StartAsked, When
from controller.http.schemas import Command, View
from controller.model.drill_states import DrillCause

LONGEST_NAME = 120
USUAL_START_WITHIN_S = 5
"""A loudspeaker that knows the time begins within a tenth of a second; what joins late is heard in part."""
USUAL_LEAST_PERCENT = 95
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
StartWithin = Annotated[
    int, Field(ge=1, le=600, description="Seconds after its planned start within which one must begin.")
]
LeastPercent = Annotated[int, Field(ge=1, le=100, description="Of the recording that it must sound.")]
NeedsLevel = Annotated[
    bool,
    Field(description="Only what was measured behind the amplifier counts; otherwise silence there fails."),
]
EveryMonths = Annotated[int, Field(ge=1, le=12)]


class DrillAsked(When):
    """A drill: where, when, with which test, and what counts as heard."""

    name: Name
    bulletin: Annotated[str, Field(max_length=64)] | None = Field(
        None, description="An approved test; by default the newest of the areas."
    )
    start_within_s: StartWithin = USUAL_START_WITHIN_S
    least_percent: LeastPercent = USUAL_LEAST_PERCENT
    needs_level: NeedsLevel = False
    every_months: EveryMonths | None = Field(
        None, description="The next one is planned so many months later."
    )


class DrillRetryAsked(StartAsked):
    """When the loudspeakers that failed a drill are asked again, alone."""


class DrillPublished(Command):
    """Whether its scoreboard is on the public pages."""

    public: bool


class DrillShown(View):
    """One drill, counted over the loudspeakers that the person may see."""

    id: str
    name: str
    airing: str
    title: str = Field(description="Of the test bulletin.")
    starts_at: datetime
    areas: list[str] = Field(description="Codes of the areas that were asked for.")
    start_within_s: int
    least_percent: int
    needs_level: bool
    every_months: int | None
    repeats: str | None = Field(description="The drill after which this one was planned.")
    retry_of: str | None = Field(description="The drill whose failed loudspeakers it asks again.")
    judged_at: datetime | None
    published_at: datetime | None
    is_cancelled: bool = Field(description="It was called off before it was heard anywhere.")
    counted: int = Field(description="Loudspeakers that should have been heard.")
    heard: int
    left_out: int = Field(description="Retired or quarantined.")

    @property
    def failed(self) -> int:
        """Return how many should have been heard and were not."""
        return self.counted - self.heard


class CommuneScore(View):
    """A line of the scoreboard; `before_*` of the drill that it is compared with, same commune."""

    area: str
    name: str
    counted: int
    heard: int
    left_out: int
    causes: dict[DrillCause, int] = Field(description="How many failed, by cause.")
    before_counted: int
    before_heard: int
    better: int = Field(description="Failed before, heard now.")
    worse: int = Field(description="Heard before, failed now.")
    again: int = Field(description="Failed both times.")

    @property
    def percent(self) -> int | None:
        """Return the share that was heard, rounded down, so that 100 means all."""
        return self.heard * 100 // self.counted if self.counted else None

    @property
    def before_percent(self) -> int | None:
        """Return the same of the drill before."""
        return self.before_heard * 100 // self.before_counted if self.before_counted else None


class DrillScoreboard(View):
    """A drill with its communes, the worst first, and the drill that it is compared with."""

    drill: DrillShown
    communes: list[CommuneScore]
    compared_with: str | None
    compared_name: str | None
    compared_at: datetime | None
    better: int
    worse: int
    again: int
    causes: dict[DrillCause, int]


class DrillNode(View):
    """What became of one loudspeaker; its proof is that of `airing` (`/airings/{id}/proof`)."""

    node: str
    name: str
    area: str
    airing: str
    cause: DrillCause
    sentence: str = Field(description="The cause in Vietnamese.")
    reason: str | None = Field(description="The loudspeaker's own word (docs/protocol.md, Receipts).")
    percent: int | None = Field(description="How much of the recording it sounded.")
    late_ms: int | None = Field(description="From its planned start to its own.")
    level_dbfs: float | None = Field(description="Behind the amplifier, where it can measure.")
    before: DrillCause | None = Field(
        description="What became of it in the drill that this is compared with."
    )
