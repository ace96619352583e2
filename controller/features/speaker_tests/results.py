"""What a technician at the pole heard of a test; it closes what was reported of that loudspeaker."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotFound
from controller.features.accounts.queries import require
from controller.features.fleet.queries import get_node
from controller.features.fleet.watch import faults_of_node
from controller.features.journal.service import record
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.airings import Airing, Delivery
from controller.model.bulletins import Bulletin
from controller.model.fleet import Care
from controller.model.permissions import Act, Operator
from controller.model.speaker_tests import SpeakerTestResult
from controller.store import one_write
from devices.ids import AiringId, NodeId

LONGEST_NOTE = 500
_SHOWN_FOR = timedelta(minutes=30)
"""A test that was asked for longer ago is no longer what the technician at the pole waits for."""


class SoundStage(StrEnum):
    """How far a test has come, as the technician at the pole sees it."""

    SENDING = "sending"
    SOUNDING = "sounding"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RecentTest:
    """The newest test of a loudspeaker; `reason`: what it says went wrong; `heard`: by whom stood there."""

    airing: AiringId
    stage: SoundStage
    asked_at: datetime
    reason: str | None
    heard: bool | None
    note: str


@one_write
def note_test_result(
    session: Session,
    node_id: NodeId,
    airing_id: str,
    *,
    heard: bool,
    note: str = "",
    by: Operator,
    now: datetime,
) -> SpeakerTestResult:
    """Write down whether a test was heard at the pole; if so, and no fault is left, nobody is needed there.

    Refused while the loudspeaker itself has not said that it began.
    """
    node = get_node(session, node_id)
    require(session, by, Act.ENROL, node.area)
    query = select(Airing).join(Bulletin, Bulletin.id == Airing.bulletin)
    airing = session.scalar(query.where(Airing.id == airing_id, Airing.node == node_id, Bulletin.test))
    if airing is None:
        raise NotFound("Không có lượt thử này ở cụm loa này.", code="test.unknown")
    test = airing.id
    delivery = session.get(Delivery, (test, node_id))
    if heard and (delivery is None or delivery.rung < int(DeliveryStage.STARTED)):
        raise Conflict(
            "Cụm loa chưa báo là đã phát bản thử. Hãy đợi vài giây rồi bấm lại.", code="test.not-sounded"
        )
    note = " ".join(note.split())
    if len(note) > LONGEST_NOTE:
        raise BadInput(f"Ghi chú dài quá {LONGEST_NOTE} chữ.", code="test.long-note")
    row = session.get(SpeakerTestResult, test, with_for_update=True)
    if row is None:
        row = SpeakerTestResult(airing=test, node=node_id)
        session.add(row)
    row.heard, row.note, row.by, row.at = heard, note, by.id, airing.starts_at
    if heard:
        _end_care(session, node_id, now)
    session.flush()
    act = "node.test-heard" if heard else "node.test-not-heard"
    record(session, by, act, node_id, now, detail={"airing": test, "note": note})
    return row


def _end_care(session: Session, node_id: NodeId, now: datetime) -> None:
    care = session.get(Care, node_id, with_for_update=True)
    if care is not None and care.assignee is not None and not faults_of_node(session, node_id, now):
        care.assignee, care.changed_at = None, now


def recent_test(session: Session, node_id: NodeId, now: datetime) -> RecentTest | None:
    """Return the newest test of a loudspeaker, if it was asked for within half an hour; one query."""
    query = (
        select(Airing, Delivery, SpeakerTestResult)
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .outerjoin(Delivery, (Delivery.airing == Airing.id) & (Delivery.node == node_id))
        .outerjoin(SpeakerTestResult, SpeakerTestResult.airing == Airing.id)
        .where(Airing.node == node_id, Bulletin.test, Airing.starts_at > now - _SHOWN_FOR)
        .order_by(Airing.created_at.desc())
        .limit(1)
    )
    found = session.execute(query).first()
    if found is None:
        return None
    airing, delivery, result = found
    return RecentTest(
        airing=airing.id,
        stage=_stage(airing, delivery),
        asked_at=airing.asked_at,
        reason=airing.reason or (None if delivery is None else delivery.reason),
        heard=None if result is None else result.heard,
        note="" if result is None else result.note,
    )


def _stage(airing: Airing, delivery: Delivery | None) -> SoundStage:
    rung = delivery.rung if delivery is not None else 0
    if rung >= int(DeliveryStage.FINISHED):
        return SoundStage.FINISHED
    if (delivery is not None and delivery.reason) or airing.state in {
        AiringState.MISSED,
        AiringState.CANCELLED,
    }:
        return SoundStage.FAILED
    if airing.state is AiringState.AIRED:
        return SoundStage.FINISHED if rung >= int(DeliveryStage.STARTED) else SoundStage.FAILED
    return SoundStage.SOUNDING if rung >= int(DeliveryStage.STARTED) else SoundStage.SENDING
