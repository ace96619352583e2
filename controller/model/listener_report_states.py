"""The states of a listener's report: a table and a pure function."""

from enum import StrEnum
from typing import NewType

from controller.errors import Conflict

ReportId = NewType("ReportId", str)
"""One report of a listener."""


class IllegalReportTransition(Conflict):
    """The report's state does not lead anywhere by this action."""

    code = "report.illegal-transition"


class Trouble(StrEnum):
    """What a listener may report: four things that anybody can tell without knowing anything."""

    TOO_LOUD = "too-loud"
    TOO_EARLY = "too-early"
    BROKEN = "broken"
    NOT_UNDERSTOOD = "not-understood"


class ReportState(StrEnum):
    """Whether somebody has answered."""

    OPEN = "open"
    ANSWERED = "answered"


class ReportAction(StrEnum):
    """What can be done with a report."""

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
