"""Writes that end airings because a person asked: planned ones or sounding ones."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from controller.features.accounts.queries import require
from controller.features.airings.queries import get_airing, targets_of
from controller.features.journal.service import record
from controller.model.airing_states import OPEN, AiringEvent, after
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinId
from controller.model.bulletins import Bulletin, ProgrammeItem
from controller.model.permissions import Act, Operator
from controller.model.schedule_states import ScheduleId
from devices.ids import AiringId

STOPPED = "Đã dừng theo yêu cầu."


def cancel_airing(
    session: Session, airing_id: AiringId, *, by: Operator, now: datetime, reason: str = ""
) -> list[AiringId]:
    """Stop an airing, planned or sounding: it leaves the plans; loudspeakers stop with the next plan.

    Its parts stop too. Return the stopped airings.
    """
    airing = get_airing(session, airing_id, lock=True)
    parts = parts_of(session, [airing_id])
    targets = targets_of(session, [airing_id, *(part.id for part in parts)])
    require(session, by, Act.STOP, *{area for areas in targets.values() for area in areas})
    for one in (airing, *parts):
        end_airing(one, reason.strip() or STOPPED, now)
    for one in (airing, *parts):
        record(session, by, "airing.cancelled", one.id, now, detail={"reason": one.reason})
    return [airing.id, *(part.id for part in parts)]


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
    """Stop all airings still to be heard of a bulletin, or of one of its schedules.

    Includes its variants in other languages and programmes that hold it. The caller has checked the
    permission. `since`: only what starts from that instant on.
    """
    programmes = select(ProgrammeItem.bulletin).where(ProgrammeItem.item == bulletin_id)
    itself = select(Bulletin.id).where(
        or_(
            Bulletin.id == bulletin_id,
            Bulletin.variant_of == bulletin_id,
            Bulletin.id.in_(programmes.where(ProgrammeItem.revision == Bulletin.revision)),
        )
    )
    query = select(Airing).where(Airing.bulletin.in_(itself), Airing.state.in_(OPEN)).order_by(Airing.id)
    if schedule is not None:
        query = query.where(Airing.schedule == schedule)
    if since is not None:
        query = query.where(Airing.starts_at >= since)
    cancelled = session.scalars(query.with_for_update()).all()
    for airing in cancelled:
        end_airing(airing, reason, now)
    for airing in cancelled:
        record(session, by, "airing.cancelled", airing.id, now, detail={"reason": reason})
    return [airing.id for airing in cancelled]


def parts_of(session: Session, airing_ids: Collection[AiringId]) -> Sequence[Airing]:
    """Return the parts of airings that are still to be heard, locked."""
    query = select(Airing).where(Airing.linked_to.in_(airing_ids), Airing.state.in_(OPEN))
    return session.scalars(query.order_by(Airing.id).with_for_update()).all()


def end_airing(airing: Airing, reason: str, now: datetime) -> None:
    """Remove an airing from the plans; the caller checks the permission and writes the journal."""
    airing.state = after(airing.state, AiringEvent.CANCEL)
    airing.reason = reason
    airing.ended_at = now
