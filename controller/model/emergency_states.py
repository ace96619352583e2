"""States of an emergency, kinds of prepared recordings, and the number of rounds; pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from controller.errors import Conflict
from controller.model.airing_states import IN_PLANS, AiringState

PreparedId = NewType("PreparedId", str)
"""Id of a prepared recording that nodes store; on the wire it is the `name` of a kept recording."""
EmergencyId = NewType("EmergencyId", str)
"""Id of one call: an alarm, an all-clear or a test."""

PAUSE = timedelta(seconds=2)
"""Between two rounds: long enough to be heard as a pause, too short to be mistaken for the end."""
CALL_LIFE = timedelta(minutes=10)
"""A call that nobody confirms within this time expires: its message may be wrong by then."""
USUAL_LENGTH = timedelta(hours=1)
"""An emergency ends by itself after this, so that one that cannot be stopped does not sound for days."""
LONGEST = timedelta(hours=24)
LOUDEST = 100
"""Percent that an emergency requests; each node limits it by its policies."""
ROUNDS_OF_ALL_CLEAR = 2
"""Readings in one round: people who missed the first words hear them again."""


class IllegalEmergencyTransition(Conflict):
    """The event is not allowed in the emergency's state."""

    code = "emergency.illegal-transition"


class Kind(StrEnum):
    """Kind of a prepared recording; one kind is never used in place of another."""

    ALARM = "alarm"
    ALL_CLEAR = "all_clear"
    TEST = "test"


class EmergencyState(StrEnum):
    """State of an emergency as decided by people; whether it still sounds is in its airing."""

    CALLED = "called"
    STARTED = "started"
    ENDED = "ended"
    DECLINED = "declined"


class Standing(StrEnum):
    """State of an emergency as shown: the decisions of people, and what has ended by time since."""

    CALLED = "called"
    LAPSED = "lapsed"  # not confirmed in time
    STARTED = "started"  # nodes sound it now
    OVER = "over"  # it ended at its planned end
    MISSED = "missed"  # its time is over and no node started it
    ENDED = "ended"
    DECLINED = "declined"


class EmergencyEvent(StrEnum):
    """Event that changes an emergency's state."""

    START = "start"
    END = "end"
    DECLINE = "decline"


_LEADS_TO = {
    (EmergencyState.CALLED, EmergencyEvent.START): EmergencyState.STARTED,
    (EmergencyState.CALLED, EmergencyEvent.DECLINE): EmergencyState.DECLINED,
    (EmergencyState.STARTED, EmergencyEvent.END): EmergencyState.ENDED,
}

REPLACED = {
    Kind.ALARM: "Được thay bằng một thông báo khẩn cấp mới.",
    Kind.ALL_CLEAR: "Đã báo yên.",
}
"""Why what was called before ends where this kind starts: for people; no code compares these words."""
KINDS_IN_WORDS = {Kind.ALARM: "khẩn cấp", Kind.ALL_CLEAR: "báo yên", Kind.TEST: "thử loa"}
IN_WORDS = {
    EmergencyState.CALLED: "đang chờ người thứ hai xác nhận",
    EmergencyState.STARTED: "đã bắt đầu",
    EmergencyState.ENDED: "đã dừng",
    EmergencyState.DECLINED: "đã bị từ chối",
}
"""States in Vietnamese."""
STANDING_IN_WORDS = {
    Standing.CALLED: "chờ người thứ hai xác nhận",
    Standing.LAPSED: "không ai xác nhận, đã hết hạn",
    Standing.STARTED: "đang phát",
    Standing.OVER: "đã phát xong",
    Standing.MISSED: "không cụm loa nào phát",
    Standing.ENDED: "đã dừng",
    Standing.DECLINED: "đã bị từ chối",
}
"""Shown states in Vietnamese."""


def after(state: EmergencyState, event: EmergencyEvent) -> EmergencyState:
    """Return the state that the event leads to, or raise IllegalTransition."""
    try:
        return _LEADS_TO[state, event]
    except KeyError:
        sentence = f"Không làm được: lượt này {IN_WORDS[state]}. Hãy tải lại để xem trạng thái mới nhất."
        raise IllegalEmergencyTransition(sentence) from None


def is_lapsed(state: EmergencyState, called_at: datetime, now: datetime) -> bool:
    """Return whether a call has waited too long for confirmation by a second person."""
    return state is EmergencyState.CALLED and now >= called_at + CALL_LIFE


def standing(
    state: EmergencyState, called_at: datetime, now: datetime, airing: AiringState | None
) -> Standing:
    """Return the shown state; pages, JSON and commands all use this function."""
    if is_lapsed(state, called_at, now):
        return Standing.LAPSED
    if state is EmergencyState.STARTED and airing not in IN_PLANS:
        return Standing.MISSED if airing is AiringState.MISSED else Standing.OVER
    return Standing(state)


def every_ms(recording_ms: int) -> int:
    """Return the interval between two starts of a recording of that length."""
    return recording_ms + PAUSE // timedelta(milliseconds=1)


def rounds_within(recording_ms: int, lasts: timedelta) -> int:
    """Return how many rounds of a recording fit into a span; at least one."""
    return max(1, (lasts + PAUSE) // timedelta(milliseconds=every_ms(recording_ms)))


def rounds_ms(recording_ms: int, rounds: int) -> int:
    """Return the duration of so many rounds; there is no pause after the last."""
    return rounds * every_ms(recording_ms) - PAUSE // timedelta(milliseconds=1)


def sounded_ms(every: int, span_ms: int) -> int:
    """Return how much of a span from the first round on is sound, without the pauses."""
    recording_ms = every - PAUSE // timedelta(milliseconds=1)
    return span_ms // every * recording_ms + min(span_ms % every, recording_ms)
