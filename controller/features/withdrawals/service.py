"""Writes that take a bulletin off the air, with every airing of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from controller.features.accounts.queries import require
from controller.features.airings.cancellation import cancel_airings_of
from controller.features.bulletins.queries import approval_of, programmes_with, usable_bulletin, variants_of
from controller.features.journal.service import record
from controller.features.notices.announcements import take_back_announced
from controller.model.bulletin_states import BulletinAction, BulletinState, after
from controller.model.permissions import Act, Operator
from controller.store import one_write


@one_write
def withdraw_bulletin(
    session: Session, bulletin_id: str, *, by: Operator, now: datetime, reason: str = ""
) -> None:
    """Take an approved bulletin off the air, with its variants and the programmes that hold it.

    What is sounding stops with the next plan.
    """
    bulletin = usable_bulletin(session, bulletin_id, by, lock=True)
    require(session, by, Act.WITHDRAW, bulletin.area)
    bulletin.state = after(bulletin.state, BulletinAction.WITHDRAW)
    bulletin.changed_at = now
    approved = approval_of(session, bulletin.id, bulletin.revision)
    if approved is not None:
        approved.withdrawn_at = now
    cancel_airings_of(session, bulletin.id, reason="Bản tin đã bị rút.", by=by, now=now)
    take_back_announced(session, bulletin.id, now=now)
    record(session, by, "bulletin.withdrawn", bulletin.id, now, detail={"reason": reason.strip()})
    for other in (*variants_of(session, bulletin.id), *programmes_with(session, bulletin.id)):
        if other.state is BulletinState.APPROVED:
            withdraw_bulletin(session, other.id, by=by, now=now, reason=reason)
