"""Checks of approvals for `loa doctor`: nothing may be planned or prepared with an ended approval."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from controller.features.areas.queries import area_tree
from controller.features.bulletins.in_force import approved_until, is_in_force
from controller.features.plans.administrators import administrators_stated, signed_by_too_few
from controller.features.plans.queries import listed_keys
from controller.model.accounts import HeldKey
from controller.model.airing_states import IN_PLANS
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Approved, Bulletin
from controller.model.emergencies import Prepared
from controller.model.schedule_states import ScheduleState
from controller.model.schedules import Schedule

_IS_OVER = (
    Bulletin.state == BulletinState.APPROVED,
    or_(approved_until().is_(None), approved_until() <= bindparam("now")),
)
_RELYING = tuple(
    (
        name,
        select(table.id, Bulletin.id)
        .join(Bulletin, Bulletin.id == table.bulletin)
        .where(is_used, *_IS_OVER)
        .order_by(table.id),
    )
    for name, table, is_used in (
        ("prepared", Prepared, Prepared.released_at.is_(None)),
        ("schedule", Schedule, Schedule.state == ScheduleState.RUNNING),
        ("airing", Airing, Airing.state.in_(IN_PLANS)),
    )
)
_IN_FORCE = (
    select(Bulletin.id, Bulletin.area, HeldKey)
    .join(Approved, and_(Approved.bulletin == Bulletin.id, Approved.revision == Bulletin.revision))
    .join(HeldKey, HeldKey.kid == Approved.kid)
    .where(*is_in_force(bindparam("now")))
    .order_by(Bulletin.id)
)
_MARKED = select(HeldKey.kid).where(HeldKey.in_key_set)


def nothing_relies_on_a_void_approval(session: Session, now: datetime) -> Iterator[str]:
    """List alarms, schedules and airings in the plans that are silent because their approval has ended."""
    for name, query in _RELYING:
        for one, bulletin in session.execute(query, {"now": now}):
            yield f"{name} {one}: silent, the approval of bulletin {bulletin} is over; approve it again"


def nothing_is_approved_by_an_unknown_key(session: Session, now: datetime) -> Iterator[str]:
    """List approvals in force whose key loudspeakers do not trust there, and keys marked wrongly."""
    tree = area_tree(session)
    for bulletin, area, key in session.execute(_IN_FORCE, {"now": now}):
        if not key.signs_for(tree.lineage(area)):
            yield f"bulletin {bulletin}: no loudspeaker trusts its approver's key {key.kid}; sign the key set"
    named = listed_keys(session)
    for kid in sorted(named ^ set(session.scalars(_MARKED))):
        yield f"key {kid}: is not marked as the key set in force says"


def nothing_is_signed_by_too_few(session: Session, _now: datetime) -> Iterator[str]:
    """List policies and homes that new loudspeakers refuse: the key set asks for more administrators."""
    needed = administrators_stated(session)
    for kind, area in signed_by_too_few(session, needed):
        yield f"{kind} of {area}: one administrator signed it, {needed} must; sign it again by two"


CHECKS = (
    nothing_relies_on_a_void_approval,
    nothing_is_approved_by_an_unknown_key,
    nothing_is_signed_by_too_few,
)
