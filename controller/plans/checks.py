"""What must not exist of approvals: something planned or prepared by one that is over; for the doctor."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from controller.airings.lifecycle import IN_PLANS
from controller.airings.tables import Airing
from controller.bulletins.in_force import approved_until
from controller.bulletins.lifecycle import BulletinState
from controller.bulletins.tables import Bulletin
from controller.emergencies.tables import Prepared
from controller.programmes.lifecycle import ScheduleState
from controller.programmes.tables import Schedule


def nothing_relies_on_a_void_approval(session: Session, now: datetime) -> Iterator[str]:
    """Name alarms, schedules and airings in the plans that are silent because their approval is over."""
    until = approved_until()
    is_over = (Bulletin.state == BulletinState.APPROVED, or_(until.is_(None), until <= now))
    for name, table, is_used in (
        ("prepared", Prepared, Prepared.released_at.is_(None)),
        ("schedule", Schedule, Schedule.state == ScheduleState.RUNNING),
        ("airing", Airing, Airing.state.in_(IN_PLANS)),
    ):
        query = select(table.id, Bulletin.id).join(Bulletin, Bulletin.id == table.bulletin)
        for one, bulletin in session.execute(query.where(is_used, *is_over).order_by(table.id)):
            yield f"{name} {one}: silent, the approval of bulletin {bulletin} is over; approve it again"
