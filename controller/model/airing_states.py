"""The states of an airing, and the ladder that a delivery climbs."""

from enum import IntEnum, StrEnum

from controller.errors import Conflict


class IllegalAiringTransition(Conflict):
    """The airing's state does not lead anywhere by this event."""

    code = "airing.illegal-transition"


class AiringState(StrEnum):
    """Where an airing stands."""

    PLANNED = "planned"
    DELIVERING = "delivering"
    SOUNDING = "sounding"
    AIRED = "aired"
    MISSED = "missed"
    CANCELLED = "cancelled"


class AiringEvent(StrEnum):
    """What moves an airing."""

    DELIVER = "deliver"  # approved, recorded, near: nodes may fetch it
    SOUND = "sound"  # its start has come
    END = "end"  # its end has come, or all have finished
    MISS = "miss"  # too late, or nobody was heard
    CANCEL = "cancel"
    HEARD_AFTER_ALL = "heard_after_all"  # receipts of an outage came in


_LEADS_TO = {
    (AiringState.PLANNED, AiringEvent.DELIVER): AiringState.DELIVERING,
    (AiringState.PLANNED, AiringEvent.MISS): AiringState.MISSED,
    (AiringState.PLANNED, AiringEvent.CANCEL): AiringState.CANCELLED,
    (AiringState.DELIVERING, AiringEvent.SOUND): AiringState.SOUNDING,
    (AiringState.DELIVERING, AiringEvent.MISS): AiringState.MISSED,
    (AiringState.DELIVERING, AiringEvent.CANCEL): AiringState.CANCELLED,
    (AiringState.SOUNDING, AiringEvent.END): AiringState.AIRED,
    (AiringState.SOUNDING, AiringEvent.MISS): AiringState.MISSED,
    (AiringState.SOUNDING, AiringEvent.CANCEL): AiringState.CANCELLED,
    (AiringState.MISSED, AiringEvent.HEARD_AFTER_ALL): AiringState.AIRED,
}

IN_WORDS = {
    AiringState.PLANNED: "đã đặt lịch",
    AiringState.DELIVERING: "đang gửi tới loa",
    AiringState.SOUNDING: "đang phát",
    AiringState.AIRED: "đã phát",
    AiringState.MISSED: "không phát được",
    AiringState.CANCELLED: "đã hủy",
}
"""How a person reads a state."""

IN_PLANS = (AiringState.DELIVERING, AiringState.SOUNDING)
"""States in which an airing stands in its areas' plans."""
OPEN = (AiringState.PLANNED, *IN_PLANS)
"""States that still lead to a hearing."""
MOVABLE = (AiringState.PLANNED, AiringState.DELIVERING)
"""States in which nobody has begun to hear an airing."""


def after(state: AiringState, event: AiringEvent) -> AiringState:
    """Return the state that the event leads to, or raise IllegalTransition."""
    try:
        return _LEADS_TO[state, event]
    except KeyError:
        sentence = (
            f"Không làm được: lượt phát {IN_WORDS[state]}. Hãy tải lại trang để xem trạng thái mới nhất."
        )
        raise IllegalAiringTransition(sentence) from None


def is_possible(state: AiringState, event: AiringEvent) -> bool:
    """Return whether the event may happen in the state: for buttons."""
    return (state, event) in _LEADS_TO


class Rung(IntEnum):
    """How far one node has come with one airing; a delivery only ever climbs."""

    PLANNED = 0
    FETCHED = 1
    STARTED = 2
    FINISHED = 3


def climb(current: Rung, reported: Rung) -> Rung:
    """Fold a receipt in; late, repeated and out-of-order receipts change nothing."""
    return max(current, reported)
