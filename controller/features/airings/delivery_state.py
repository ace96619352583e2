"""How receipts become one delivery's facts, in any order and with repeats; pure."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from controller.features.fleet.faults import LEAST_AUDIBLE, LEAST_LEVEL_DBFS
from controller.model.airing_states import DeliveryStage, advance
from devices.messages import Receipt, ReceiptKind

_RUNGS = {
    ReceiptKind.FETCHED: DeliveryStage.FETCHED,
    ReceiptKind.STARTED: DeliveryStage.STARTED,
    ReceiptKind.FINISHED: DeliveryStage.FINISHED,
    ReceiptKind.STOPPED: DeliveryStage.PLANNED,
    ReceiptKind.REFUSED: DeliveryStage.PLANNED,
    ReceiptKind.KEPT: DeliveryStage.PLANNED,
    ReceiptKind.LOST: DeliveryStage.PLANNED,
}
"""The rung that a receipt proves; stopping and refusing prove none."""


class Facts(NamedTuple):
    """What one node did with one airing."""

    rung: DeliveryStage = DeliveryStage.PLANNED
    fetched_at: datetime | None = None
    started_at: datetime | None = None
    start_offset_ms: int | None = None
    clock_error_ms: float | None = None
    finished_at: datetime | None = None
    heard_ms: int = 0
    reason: str | None = None
    reason_at: datetime | None = None


TOO_QUIET: Final = "too-quiet"
"""The reason where an airing sounded at a volume that nobody hears, or at none that the node names."""
NO_SOUND: Final = "no-sound"
"""The reason where behind the amplifier there was (almost) silence."""
SIGNED_LATER: Final = "signed-later"
"""The reason where firmware from before signed receipts wrote it, and newer one signed it: not proven."""
_OF_SOUND = frozenset({ReceiptKind.STARTED, ReceiptKind.FINISHED, ReceiptKind.STOPPED})
RUNS_OUT_MS: Final = 5000
"""What a sound may run on after its planned end (docs/protocol.md); more cannot have been heard."""
TOO_LONG: Final = "heard-too-long"
"""The reason where a node claims to have sounded an airing for longer than it lasts."""


def fold(facts: Facts, receipt: Receipt, most_ms: int) -> Facts:
    """Return the facts with the receipt folded in; `most_ms`: how long the airing sounds at most.

    Values above `most_ms` count as `most_ms`. The first fetch, first start and first finish are kept, the
    longest hearing, the latest reason: so every order of the same receipts, with any of them repeated, ends
    in the same facts. What sounded too quietly to be heard counts as not heard.
    """
    at = _dated(receipt)
    if (inaudible := why_inaudible(receipt)) is not None:
        return facts._replace(**_reason(facts, at, inaudible))
    told: dict[str, Any] = {}
    reason = TOO_LONG if receipt.heard_ms > most_ms + RUNS_OUT_MS else ""
    match receipt.kind:
        case ReceiptKind.FETCHED:
            told["fetched_at"] = _first(facts.fetched_at, at)
        case ReceiptKind.STARTED if _is_earlier(facts, receipt):
            told["started_at"], told["start_offset_ms"] = at, receipt.offset_ms
            told["clock_error_ms"] = receipt.clock_error_ms
        case ReceiptKind.FINISHED:
            told["finished_at"] = _first(facts.finished_at, at)
        case ReceiptKind.STOPPED | ReceiptKind.REFUSED:
            reason = max(reason, receipt.reason or str(receipt.kind))
        case _:
            pass  # KEPT and LOST concern recordings that nodes hold for emergencies, not airings
    if reason:
        told |= _reason(facts, at, reason)
    rung = advance(facts.rung, _RUNGS[ReceiptKind(receipt.kind)])
    heard_ms = max(facts.heard_ms, min(receipt.heard_ms, most_ms))
    return facts._replace(rung=rung, heard_ms=heard_ms, **told)


def dated(receipt: Receipt, received_at: datetime) -> Receipt:
    """Return the receipt with a time: a node that did not know it says what it did within the last moments.

    The instant at which it came is then the latest that it can have been.
    """
    return receipt if receipt.at is not None else receipt.model_copy(update={"at": received_at})


def _dated(receipt: Receipt) -> datetime:
    if receipt.at is None:
        raise ValueError(f"receipt {receipt.seq} has no time: it is dated before it is folded")
    return receipt.at


def why_inaudible(receipt: Receipt) -> str | None:
    """Return why nobody can have heard what a receipt of sound tells of, or None."""
    is_of_sound = receipt.kind in _OF_SOUND and not (
        receipt.kind == ReceiptKind.STOPPED and not receipt.heard_ms
    )
    if not is_of_sound:
        return None
    if receipt.volume is None and receipt.reason == SIGNED_LATER:
        return SIGNED_LATER
    if receipt.volume is None or receipt.volume < LEAST_AUDIBLE:
        return TOO_QUIET
    if receipt.level_dbfs is not None and receipt.level_dbfs < LEAST_LEVEL_DBFS:
        return NO_SOUND
    return None


def _first(known: datetime | None, told: datetime) -> datetime:
    return told if known is None else min(known, told)


def _is_earlier(facts: Facts, receipt: Receipt) -> bool:
    if facts.started_at is None:
        return True
    known = (facts.started_at, facts.start_offset_ms, facts.clock_error_ms)
    told = (receipt.at, receipt.offset_ms, receipt.clock_error_ms)
    return _order(told) < _order(known)


def _order(start: tuple[datetime | None, int | None, float | None]) -> tuple[float, int, float]:
    at, offset, error = start
    return (at.timestamp() if at else 0.0, offset or 0, float("inf") if error is None else error)


def _reason(facts: Facts, at: datetime, reason: str) -> dict[str, Any]:
    if facts.reason_at is not None and (facts.reason_at, facts.reason or "") >= (at, reason):
        return {}
    return {"reason": reason, "reason_at": at}
