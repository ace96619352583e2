"""The states of an airing, and the ladder that a delivery advances."""

from enum import IntEnum, StrEnum

from controller.errors import Conflict


class IllegalAiringTransition(Conflict):
    """The event is not allowed in the airing's state."""

    code = "airing.illegal-transition"


class AiringState(StrEnum):
    """State of an airing."""

    PLANNED = "planned"
    DELIVERING = "delivering"
    SOUNDING = "sounding"
    AIRED = "aired"
    MISSED = "missed"
    CANCELLED = "cancelled"


class AiringEvent(StrEnum):
    """Event that changes an airing's state."""

    DELIVER = "deliver"  # approved, recorded, near: nodes may fetch it
    REOPEN = "reopen"  # hours before its start: a person decides anew, or its approval has gone
    SOUND = "sound"  # its start has come
    END = "end"  # its end has come, or all nodes have finished
    MISS = "miss"  # too late to start, or no node reported a start
    CANCEL = "cancel"
    HEARD_AFTER_ALL = "heard_after_all"  # receipts arrived late, after an outage


_LEADS_TO = {
    (AiringState.PLANNED, AiringEvent.DELIVER): AiringState.DELIVERING,
    (AiringState.PLANNED, AiringEvent.MISS): AiringState.MISSED,
    (AiringState.PLANNED, AiringEvent.CANCEL): AiringState.CANCELLED,
    (AiringState.DELIVERING, AiringEvent.REOPEN): AiringState.PLANNED,
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
"""States in Vietnamese."""

IN_PLANS = (AiringState.DELIVERING, AiringState.SOUNDING)
"""States in which an airing is in the plans of its areas."""
OPEN = (AiringState.PLANNED, *IN_PLANS)
"""States from which an airing can still be heard."""
MOVABLE = (AiringState.PLANNED, AiringState.DELIVERING)
"""States before any node has started."""


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
    """Return whether the event is allowed in the state; pages use it for buttons."""
    return (state, event) in _LEADS_TO


class DeliveryStage(IntEnum):
    """How far one node has come with one airing; a delivery only ever advances."""

    PLANNED = 0
    FETCHED = 1
    STARTED = 2
    FINISHED = 3


def advance(current: DeliveryStage, reported: DeliveryStage) -> DeliveryStage:
    """Fold a receipt in; late, repeated and out-of-order receipts change nothing."""
    return max(current, reported)


class ChainFaultKind(StrEnum):
    """What may be wrong in the numbered and chained receipts of one key."""

    GAP = "gap"
    """Numbers that never came: dropped on the way, or cut out."""
    BREAK = "break"
    """A receipt that names another one before it than the station has."""
    FORK = "fork"
    """Another receipt with a number that was used: a disk that was set back, or a key in two hands."""
