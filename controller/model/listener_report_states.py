"""States of a listener's report: a transition table and a pure function."""

from enum import StrEnum
from typing import NewType

from controller.errors import Conflict

ReportId = NewType("ReportId", str)
"""Id of one listener's report."""


class IllegalReportTransition(Conflict):
    """The action is not allowed in the report's state."""

    code = "report.illegal-transition"


class Trouble(StrEnum):
    """What a listener may report: four observations that need no technical knowledge."""

    TOO_LOUD = "too-loud"
    TOO_EARLY = "too-early"
    BROKEN = "broken"
    NOT_UNDERSTOOD = "not-understood"


class ReportState(StrEnum):
    """State of a report: answered or not."""

    OPEN = "open"
    ANSWERED = "answered"


class ReportAction(StrEnum):
    """Action on a report."""

    ANSWER = "answer"


_LEADS_TO = {
    (ReportState.OPEN, ReportAction.ANSWER): ReportState.ANSWERED,
    (ReportState.ANSWERED, ReportAction.ANSWER): ReportState.ANSWERED,  # a better answer replaces the first
}


def after(state: ReportState, action: ReportAction) -> ReportState:
    """Return the state that the action leads to, or raise IllegalTransition."""
    try:
        return _LEADS_TO[state, action]
    except KeyError:
        raise IllegalReportTransition("Phản ánh này không trả lời được nữa.") from None
