"""JSON shapes of what an approver must hear."""

from typing import Self

from pydantic import Field

from controller.features.bulletins.hearing import RecordingHeard
from controller.features.bulletins.must_hear import Why
from controller.http.schemas import View


class SentenceShown(View):
    """A sentence of a recording."""

    start_ms: int
    end_ms: int
    text: str = Field(description="As it is spoken.")
    why: list[Why] = Field(description="Why it must be heard to its end; empty: it may be skimmed.")
    needed: bool = Field(description="false where the person heard it in the version before, too.")
    heard: bool = Field(description="Whether the person played all of it.")


class HearingShown(View):
    """What the person must hear of the newest recording before they may approve it."""

    recording: str
    is_enough: bool = Field(description="Whether the person heard what an approval requires.")
    is_all: bool = Field(description="Whether nothing may be skimmed: brought sound, programmes.")
    sentences: list[SentenceShown] = Field(description="All of them in order; empty where `is_all`.")

    @classmethod
    def of_hearing(cls, found: RecordingHeard) -> Self:
        """Return the view of what was found."""
        spans, needed = found.heard.spans, found.needed
        return cls(
            recording=found.recording,
            is_enough=found.is_enough,
            is_all=needed is None,
            sentences=[
                SentenceShown.of(one, heard=one.is_in(spans)) for one in (needed.sentences if needed else ())
            ],
        )
