"""The states of a schedule: a table and a pure function."""

from enum import StrEnum
from typing import NewType

from controller.errors import Conflict

ScheduleId = NewType("ScheduleId", str)
"""A repeating rule."""


class IllegalTransition(Conflict):
    """The schedule's state does not lead anywhere by this action."""

    code = "schedule.illegal-transition"


class ScheduleState(StrEnum):
    """Whether a schedule still makes occurrences."""

    RUNNING = "running"
    ENDED = "ended"


class Action(StrEnum):
    """What can be done with a schedule."""

    END = "end"


_LEADS_TO = {(ScheduleState.RUNNING, Action.END): ScheduleState.ENDED}


def after(state: ScheduleState, action: Action) -> ScheduleState:
    """Return the state that the action leads to, or raise IllegalTransition."""
    try:
        return _LEADS_TO[state, action]
    except KeyError:
        raise IllegalTransition("Lịch phát này đã kết thúc rồi.") from None
