"""Takes airings that are in the plans, and start much later, back to be decided anew."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update

from controller.model.airing_states import AiringEvent, AiringState, DeliveryStage, after
from controller.model.airings import Airing, Delivery, StoredReceipt
from controller.model.times import STILL_OPEN
from controller.store import Session
from devices.ids import AiringId, RecordingId
from devices.messages import ReceiptKind


def is_still_open(airing: Airing, now: datetime) -> bool:
    """Return whether it is only planned, or in the plans but starts so late that it may be decided anew."""
    if airing.state is AiringState.DELIVERING:
        return airing.starts_at > now + STILL_OPEN
    return airing.state is AiringState.PLANNED


def reopen_airings(session: Session, which: ColumnElement[bool], now: datetime) -> Sequence[Airing]:
    """Reopen what is in the plans and starts much later; the next runs let it in again, as decided then."""
    query = select(Airing).where(
        which, Airing.state == AiringState.DELIVERING, Airing.starts_at > now + STILL_OPEN
    )
    found = session.scalars(query.order_by(Airing.id).with_for_update()).all()
    for airing in found:
        reopen(session, airing)
    session.flush()
    return found


def reopen(session: Session, airing: Airing) -> None:
    """Have an airing wait again for what it needs; what nodes have fetched counts again then."""
    airing.state = after(airing.state, AiringEvent.REOPEN)
    airing.recording = airing.revision = airing.duration_ms = None
    airing.delivering_at = airing.acknowledged_at = None
    session.execute(
        update(Delivery)
        .where(Delivery.airing == airing.id)
        .values(rung=int(DeliveryStage.PLANNED), fetched_at=None, reason=None, reason_at=None)
        .execution_options(synchronize_session=False)
    )


def count_fetched(session: Session, airing_id: AiringId, recording: RecordingId) -> None:
    """Count what nodes fetched for an airing before it was reopened; mostly there is nothing."""
    is_told = (StoredReceipt.airing == airing_id) & (StoredReceipt.recording == recording)
    at = func.min(func.coalesce(StoredReceipt.at, StoredReceipt.received_at))
    told = select(StoredReceipt.node, at).where(is_told, StoredReceipt.kind == ReceiptKind.FETCHED)
    for node, fetched_at in session.execute(told.group_by(StoredReceipt.node)).all():
        session.execute(
            update(Delivery)
            .where(Delivery.airing == airing_id, Delivery.node == node)
            .values(rung=int(DeliveryStage.FETCHED), fetched_at=fetched_at)
        )
