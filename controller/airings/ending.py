"""Writes that end airings by a person's will: stopping what is planned or sounding."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.airings.lifecycle import OPEN, Event, after
from controller.airings.queries import get_airing, targets_of
from controller.airings.tables import Airing
from controller.bulletins.lifecycle import BulletinId
from controller.journal.usecases import record
from controller.operators.permissions import Act, Operator
from controller.operators.queries import require
from controller.programmes.lifecycle import ScheduleId
from devices.messages import AiringId

STOPPED = "Đã dừng theo yêu cầu."


def cancel_airing(
    session: Session, airing_id: AiringId, *, by: Operator, now: datetime, reason: str = ""
) -> None:
    """Stop an airing, planned or sounding: it leaves the plans, loudspeakers fall silent with the next."""
    airing = get_airing(session, airing_id, lock=True)
    require(session, by, Act.STOP, *targets_of(session, [airing_id])[airing_id])
    _cancel(airing, reason.strip() or STOPPED, now)
    record(session, by, "airing.cancelled", airing_id, now, detail={"reason": airing.reason})


def cancel_airings_of(
    session: Session,
    bulletin_id: BulletinId,
    *,
    reason: str,
    by: Operator | None,
    now: datetime,
    schedule: ScheduleId | None = None,
    since: datetime | None = None,
) -> list[AiringId]:
    """Stop what of a bulletin (or of one schedule of it) is still to be heard; who asks was checked.

    `since`: only what starts from that instant on.
    """
    query = select(Airing).where(Airing.bulletin == bulletin_id, Airing.state.in_(OPEN)).order_by(Airing.id)
    if schedule is not None:
        query = query.where(Airing.schedule == schedule)
    if since is not None:
        query = query.where(Airing.starts_at >= since)
    cancelled = session.scalars(query.with_for_update()).all()
    for airing in cancelled:
        _cancel(airing, reason, now)
    for airing in cancelled:
        record(session, by, "airing.cancelled", airing.id, now, detail={"reason": reason})
    return [airing.id for airing in cancelled]


def _cancel(airing: Airing, reason: str, now: datetime) -> None:
    airing.state = after(airing.state, Event.CANCEL)
    airing.reason = reason
    airing.ended_at = now
