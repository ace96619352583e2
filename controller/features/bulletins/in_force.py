"""Whether an approval is in force: one rule for plans, timetables, pages, readiness and the doctor.

An approval is in force from its signature until its own end or its key's, whichever is first, as long as its
bulletin is approved, it has a scope (what was approved before scopes has none), it was not withdrawn, and its
key was not compromised before it. A retired key (its password was
forgotten, its person left) signs nothing new, but what it signed stays valid: docs/decisions, "Retired is not
compromised".
"""

from collections.abc import Collection
from datetime import datetime
from functools import cache

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, and_, case, or_, select
from sqlalchemy.orm import Session

from controller.model.accounts import HeldKey
from controller.model.bulletin_states import BulletinId, BulletinState
from controller.model.bulletins import Approved, Bulletin


def is_in_force(at: datetime | BindParameter[datetime]) -> tuple[ColumnElement[bool], ...]:
    """Return what must hold of Bulletin, Approved and HeldKey so that it may be aired at an instant."""
    return (*_is_good(), Approved.expires_at > at, HeldKey.not_after > at)


@cache
def approved_until() -> ScalarSelect[datetime | None]:
    """Return, as a column beside Bulletin, until when its newest wording may be aired; NULL: not at all."""
    return (
        select(_END)
        .select_from(Approved)
        .join(HeldKey, HeldKey.kid == Approved.kid)
        .where(Approved.bulletin == Bulletin.id, Approved.revision == Bulletin.revision, *_is_good())
        .correlate(Bulletin)
        .scalar_subquery()
    )


def approvals_until(session: Session, bulletins: Collection[BulletinId]) -> dict[BulletinId, datetime]:
    """Return until when each bulletin's newest wording may be aired; those that may not are not named."""
    query = (
        select(Bulletin.id, _END)
        .join(Approved, and_(Approved.bulletin == Bulletin.id, Approved.revision == Bulletin.revision))
        .join(HeldKey, HeldKey.kid == Approved.kid)
        .where(Bulletin.id.in_(bulletins), *_is_good())
    )
    return {bulletin: until for bulletin, until in session.execute(query)}  # noqa: C416 - typed rows


def _is_good() -> tuple[ColumnElement[bool], ...]:
    return (
        Bulletin.state == BulletinState.APPROVED,
        Approved.withdrawn_at.is_(None),
        Approved.grade.is_not(None),
        or_(HeldKey.compromised_at.is_(None), Approved.approved_at < HeldKey.compromised_since),
    )


_END = case((HeldKey.not_after < Approved.expires_at, HeldKey.not_after), else_=Approved.expires_at)
