"""Shapes of what programs send and get about one bulletin: its wording, its recording, its approval."""

from typing import Annotated

from pydantic import BaseModel, Field

from controller.features.airings.schemas import Asked, BulletinShown, Code
from controller.model.bulletin_states import RenderingState
from controller.model.wording import LONGEST_ISSUER
from devices.messages import DIGEST_PATTERN
from tts.script import MOST_READINGS

Issuer = Annotated[str, Field(max_length=LONGEST_ISSUER)]
Readings = Annotated[int, Field(ge=1, le=MOST_READINGS)]


class Mannered(Asked):
    """How a text is given to the people."""

    issuer: Issuer = Field("", description="Who speaks to the people; said before the title.")
    readings: Readings = Field(1, description="How many times the text is read in one recording.")


class Draft(Mannered):
    """A text to be read out."""

    title: str
    text: str
    area: Code | None = Field(None, description="Where it belongs; by default the author's own area.")


class Approve(Asked):
    """What the approver has read and listened to, and the password that opens the approver's key."""

    revision: Annotated[int, Field(ge=1)]
    recording: Annotated[str, Field(pattern=DIGEST_PATTERN)]
    password: Annotated[str, Field(max_length=500)]
    declared: bool = Field(
        default=False,
        description="True: the approver says that they heard all of it by other means than a player that "
        "reports to `/recordings/{recording}/played`. They must have fetched it; the journal says so.",
    )


class Played(Asked):
    """What a person's player played of a recording."""

    spans: Annotated[
        list[tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]], Field(max_length=200)
    ] = Field(description="Stretches, each from and to, in ms of the recording.")


class HeardShown(BaseModel):
    """What the person played of a recording in all; what time does not allow is not counted."""

    served: bool = Field(description="Whether all of it was ever sent to the person.")
    spans: list[tuple[int, int]]
    played_ms: int
    duration_ms: int
    is_whole: bool = Field(description="Whether it may be approved by this person.")


class RenderingShown(BaseModel):
    """The making of a recording."""

    state: RenderingState
    stage: str | None = Field(description="reading, speaking, mixing, encoding or done; null when at rest.")
    done: int | None
    total: int | None
    engine: str | None = Field(description="The engine that really spoke.")
    fallback_reason: str | None
    fault: str | None
    sentence: str | None = Field(description="What went wrong, for people.")
    spoken_text: str | None
    recording: str | None = Field(description="SHA-256; the audio is at `/tep/{recording}.mp3`.")
    duration_ms: int | None
    size: int | None
    loudness_lufs: float | None
    true_peak_dbtp: float | None


class BulletinWhole(BulletinShown):
    """One bulletin with its newest wording and recording."""

    text: str
    text_sha256: str = Field(description="Of the wording: what an approval is bound to.")
    issuer: str = Field(description="Said before the title; empty if nobody is named.")
    readings: int
    rendering: RenderingShown | None
