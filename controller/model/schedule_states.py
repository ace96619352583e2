"""States of a schedule: a transition table and a pure function."""

from enum import StrEnum
from typing import NewType

from controller.errors import Conflict

ScheduleId = NewType("ScheduleId", str)
"""Id of one schedule."""


class IllegalScheduleTransition(Conflict):
    """The action is not allowed in the schedule's state."""

    code = "schedule.illegal-transition"


class ScheduleState(StrEnum):
    """State of a schedule: whether it still creates occurrences."""

    RUNNING = "running"
    ENDED = "ended"


class ScheduleAction(StrEnum):
    """Action on a schedule."""

    END = "end"


_LEADS_TO = {(ScheduleState.RUNNING, ScheduleAction.END): ScheduleState.ENDED}


def after(state: ScheduleState, action: ScheduleAction) -> ScheduleState:
    """Return the state that the action leads to, or raise IllegalTransition."""
    try:
        return _LEADS_TO[state, action]
    except KeyError:
        raise IllegalScheduleTransition("Lịch phát này đã kết thúc rồi.") from None
