"""The states of a schedule: a table and a pure function."""

from enum import StrEnum
from typing import NewType

from controller.errors import Conflict

ScheduleId = NewType("ScheduleId", str)
"""A repeating rule."""


class IllegalScheduleTransition(Conflict):
    """The schedule's state does not lead anywhere by this action."""

    code = "schedule.illegal-transition"


class ScheduleState(StrEnum):
    """Whether a schedule still makes occurrences."""

    RUNNING = "running"
    ENDED = "ended"


class ScheduleAction(StrEnum):
    """What can be done with a schedule."""

    END = "end"


_LEADS_TO = {(ScheduleState.RUNNING, ScheduleAction.END): ScheduleState.ENDED}


def after(state: ScheduleState, action: ScheduleAction) -> ScheduleState:
    """Return the state that the action leads to, or raise IllegalTransition."""
    try:
        return _LEADS_TO[state, action]
    except KeyError:
        raise IllegalScheduleTransition("Lịch phát này đã kết thúc rồi.") from None
