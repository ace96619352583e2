"""The states of an emergency, the kinds of prepared recordings, and how rounds are counted; pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from controller.errors import Conflict
from controller.model.airing_states import IN_PLANS, AiringState

PreparedId = NewType("PreparedId", str)
"""A recording that nodes hold ready; on the wire it is the `name` of what to keep."""
EmergencyId = NewType("EmergencyId", str)
"""One call of an alarm, an all-clear or a test."""

PAUSE = timedelta(seconds=2)
"""Between two rounds: long enough to be heard as a pause, too short to be taken for the end."""
CALL_LIFE = timedelta(minutes=10)
"""A call that nobody has confirmed by then lapses: what was urgent then may be wrong now."""
USUAL_LENGTH = timedelta(hours=1)
"""An emergency ends by itself, lest one that can no longer be stopped goes on for days."""
LONGEST = timedelta(hours=24)
LOUDEST = 100
"""What an emergency asks for; every node caps it by its policies."""
ROUNDS_OF_ALL_CLEAR = 2
"""Who missed the first words hears them again."""


class IllegalEmergencyTransition(Conflict):
    """The emergency's state does not lead anywhere by this event."""

    code = "emergency.illegal-transition"


class Kind(StrEnum):
    """What a prepared recording is for; one of another kind can never stand in for it."""

    ALARM = "alarm"
    ALL_CLEAR = "all_clear"
    TEST = "test"


class EmergencyState(StrEnum):
    """Where an emergency stands, as far as people decided; whether it still sounds, its airing knows."""

    CALLED = "called"
    STARTED = "started"
    ENDED = "ended"
    DECLINED = "declined"


class Standing(StrEnum):
    """Where an emergency stands for whoever looks: what people decided, and what the clock ended since."""

    CALLED = "called"
    LAPSED = "lapsed"  # nobody confirmed it in time
    STARTED = "started"  # nodes are to sound it now
    OVER = "over"  # it came to its end by its time
    MISSED = "missed"  # its time is over, and no node began it
    ENDED = "ended"
    DECLINED = "declined"


class EmergencyEvent(StrEnum):
    """What moves an emergency."""

    START = "start"
    END = "end"
    DECLINE = "decline"


_LEADS_TO = {
    (EmergencyState.CALLED, EmergencyEvent.START): EmergencyState.STARTED,
    (EmergencyState.CALLED, EmergencyEvent.DECLINE): EmergencyState.DECLINED,
    (EmergencyState.STARTED, EmergencyEvent.END): EmergencyState.ENDED,
}

KINDS_IN_WORDS = {Kind.ALARM: "khẩn cấp", Kind.ALL_CLEAR: "báo yên", Kind.TEST: "thử loa"}
IN_WORDS = {
    EmergencyState.CALLED: "đang chờ người thứ hai xác nhận",
    EmergencyState.STARTED: "đã bắt đầu",
    EmergencyState.ENDED: "đã dừng",
    EmergencyState.DECLINED: "đã bị từ chối",
}
"""How a person reads a state."""
STANDING_IN_WORDS = {
    Standing.CALLED: "chờ người thứ hai xác nhận",
    Standing.LAPSED: "không ai xác nhận, đã hết hạn",
    Standing.STARTED: "đang phát",
    Standing.OVER: "đã phát xong",
    Standing.MISSED: "không cụm loa nào phát",
    Standing.ENDED: "đã dừng",
    Standing.DECLINED: "đã bị từ chối",
}
"""How a person reads where an emergency stands."""


def after(state: EmergencyState, event: EmergencyEvent) -> EmergencyState:
    """Return the state that the event leads to, or raise IllegalTransition."""
    try:
        return _LEADS_TO[state, event]
    except KeyError:
        sentence = f"Không làm được: lượt này {IN_WORDS[state]}. Hãy tải lại để xem trạng thái mới nhất."
        raise IllegalEmergencyTransition(sentence) from None


def is_lapsed(state: EmergencyState, called_at: datetime, now: datetime) -> bool:
    """Say whether a call has waited too long for its second person."""
    return state is EmergencyState.CALLED and now >= called_at + CALL_LIFE


def standing(
    state: EmergencyState, called_at: datetime, now: datetime, airing: AiringState | None
) -> Standing:
    """Return where it stands; the one place that says so to pages, programs and commands."""
    if is_lapsed(state, called_at, now):
        return Standing.LAPSED
    if state is EmergencyState.STARTED and airing not in IN_PLANS:
        return Standing.MISSED if airing is AiringState.MISSED else Standing.OVER
    return Standing(state)


def every_ms(recording_ms: int) -> int:
    """Return how often a recording of that length begins again."""
    return recording_ms + PAUSE // timedelta(milliseconds=1)


def rounds_within(recording_ms: int, lasts: timedelta) -> int:
    """Return how many rounds of a recording fit a span; at least one."""
    return max(1, (lasts + PAUSE) // timedelta(milliseconds=every_ms(recording_ms)))


def rounds_ms(recording_ms: int, rounds: int) -> int:
    """Return how long so many rounds take; the last ends with its sound."""
    return rounds * every_ms(recording_ms) - PAUSE // timedelta(milliseconds=1)


def sounded_ms(every: int, span_ms: int) -> int:
    """Return how much of a span from the first round on is sound, less the pauses."""
    recording_ms = every - PAUSE // timedelta(milliseconds=1)
    return span_ms // every * recording_ms + min(span_ms % every, recording_ms)
