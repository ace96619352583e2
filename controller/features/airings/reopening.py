"""Takes airings back out of the plans: what starts much later is decided anew, what is not approved ends."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select, update
from sqlalchemy.orm import Session

from controller.features.airings.cancellation import end_airing
from controller.features.bulletins.in_force import is_in_force
from controller.features.bulletins.renditions import renditions_by_recording
from controller.model.accounts import HeldKey
from controller.model.airing_states import IN_PLANS, AiringEvent, AiringState, DeliveryStage, after
from controller.model.airings import Airing, Delivery, StoredReceipt
from controller.model.base import UtcDateTime
from controller.model.bulletins import Approved, Bulletin
from controller.model.times import STILL_OPEN
from devices.ids import AiringId, RecordingId
from devices.messages import ReceiptKind

_LATE = (
    select(Airing)
    .where(Airing.state == AiringState.DELIVERING, Airing.starts_at > bindparam("open_until"))
    .order_by(Airing.id)
    .with_for_update()
)
_IS_HELD = (
    exists()
    .where(Bulletin.id == Airing.bulletin, Bulletin.revision == Airing.revision)
    .where(
        and_(Approved.bulletin == Airing.bulletin, Approved.revision == Airing.revision),
        Approved.recording == Airing.recording,
        HeldKey.kid == Approved.kid,
        *is_in_force(bindparam("now", type_=UtcDateTime())),
    )
)
_VOID_LATE = _LATE.where(~_IS_HELD)
_VOID = select(Airing).where(Airing.state.in_(IN_PLANS), ~_IS_HELD).order_by(Airing.id).with_for_update()


def is_still_open(airing: Airing, now: datetime) -> bool:
    """Return whether it is only planned, or in the plans but starts so late that it may be decided anew."""
    if airing.state is AiringState.DELIVERING:
        return airing.starts_at > now + STILL_OPEN
    return airing.state is AiringState.PLANNED


def reopen_airings(session: Session, which: ColumnElement[bool], now: datetime) -> Sequence[Airing]:
    """Reopen what is in the plans and starts much later; the next runs let it in again, as decided then."""
    return _reopen_all(session, session.scalars(_LATE.where(which), {"open_until": now + STILL_OPEN}).all())


def _reopen_all(session: Session, found: Sequence[Airing]) -> Sequence[Airing]:
    for airing in found:
        reopen(session, airing)
    session.flush()
    return found


def reopen(session: Session, airing: Airing) -> None:
    """Have an airing wait again for what it needs; what nodes have fetched counts again then."""
    airing.state = after(airing.state, AiringEvent.REOPEN)
    airing.recording = airing.revision = airing.duration_ms = None
    airing.delivering_at = airing.acknowledged_at = None
    airing.turns, airing.turn_ms = 1, 0
    session.execute(
        update(Delivery)
        .where(Delivery.airing == airing.id)
        .values(rung=int(DeliveryStage.PLANNED), fetched_at=None, reason=None, reason_at=None, turn=0)
        .execution_options(synchronize_session=False)
    )


def count_fetched(session: Session, airing_id: AiringId, recording: RecordingId) -> None:
    """Count what nodes fetched for an airing before it was reopened; mostly there is nothing."""
    sounds = [recording, *renditions_by_recording(session, [recording])]
    is_told = (StoredReceipt.airing == airing_id) & StoredReceipt.recording.in_(sounds)
    at = func.min(func.coalesce(StoredReceipt.at, StoredReceipt.received_at))
    told = select(StoredReceipt.node, at).where(is_told, StoredReceipt.kind == ReceiptKind.FETCHED)
    for node, fetched_at in session.execute(told.group_by(StoredReceipt.node)).all():
        session.execute(
            update(Delivery)
            .where(Delivery.airing == airing_id, Delivery.node == node)
            .values(rung=int(DeliveryStage.FETCHED), fetched_at=fetched_at)
        )


VOID = "Phê duyệt của bản tin không còn hiệu lực nên loa không phát nữa."


def void_airings(session: Session, now: datetime) -> Sequence[Airing]:
    """End the airings that were in the plans and have no approval in force; return them.

    The rule is that of the plans (`wanted_plans`): no node sounds an airing that they leave out. What starts
    hours later waits for an approval again, as what is in no plan yet.
    """
    told = {"now": now, "open_until": now + STILL_OPEN}
    _reopen_all(session, session.scalars(_VOID_LATE, told).all())
    voided = session.scalars(_VOID, {"now": now}).all()
    for airing in voided:
        end_airing(airing, VOID, now)
    return voided
