"""Keys for a new key set: those that may sign, and those whose signatures are still needed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from controller.features.bulletins.in_force import is_in_force
from controller.model.accounts import Account, HeldKey
from controller.model.bulletins import Approved, Bulletin
from controller.model.plan_states import PLAN_LIFE, DocumentKind
from controller.model.plans import Published
from controller.store import one_read
from devices.ids import Role

STATION_OVERLAP = PLAN_LIFE + timedelta(days=12)
"""A loudspeaker that was out of reach goes on by a plan of the retired key while that plan holds (48 h); the
rest is for a station that is itself away for some days after its key was renewed."""


KEYS_TO_SIGN = (
    "{count} khóa ký thay đổi mà loa chưa biết: khóa mới chưa duyệt, chưa ký quy định được; khóa bị lộ thì "
    "loa còn tin. Hãy mang khóa gốc đến máy chủ và chạy: loa keys sign --root TỆP"
)


def keys_to_name(session: Session, now: datetime) -> Sequence[HeldKey]:
    """Return the keys for a key set signed now, sorted by role and name.

    Active keys, and retired keys while anything that they signed is in force. Never a compromised key.
    """
    return session.scalars(select(HeldKey).where(_is_named(now)).order_by(HeldKey.role, HeldKey.kid)).all()


@one_read
def keys_to_sign_for(session: Session, now: datetime) -> int:
    """Return the number of keys for which the key set must be signed again.

    Loudspeakers do not trust them yet, or still trust them although they are compromised. A retired key that
    is no longer needed does no harm in the set: the next set leaves it out.
    """
    is_stolen = and_(HeldKey.compromised_at.is_not(None), HeldKey.in_key_set)
    is_lacking = and_(_is_named(now), ~HeldKey.in_key_set)
    return session.scalar(select(func.count()).where(or_(is_stolen, is_lacking))) or 0


def idle_approvers(session: Session, now: datetime) -> list[str]:
    """Return the names of people with an active approver's key that signed nothing in force."""
    in_force = (
        exists()
        .where(Approved.approver == Account.id, Bulletin.id == Approved.bulletin, HeldKey.kid == Approved.kid)
        .where(Bulletin.revision == Approved.revision, *is_in_force(now))
    )
    holds = select(HeldKey.holder).where(HeldKey.role == Role.APPROVER, HeldKey.retired_at.is_(None))
    query = select(Account.name).where(Account.id.in_(holds), ~in_force).order_by(Account.name)
    return list(session.scalars(query))


def _is_named(now: datetime) -> ColumnElement[bool]:
    may_sign = and_(HeldKey.retired_at.is_(None), HeldKey.not_after > now)
    return and_(HeldKey.compromised_at.is_(None), or_(may_sign, _still_holds(now)))


def _still_holds(now: datetime) -> ColumnElement[bool]:
    approves = (
        exists()
        .where(Approved.kid == HeldKey.kid, Bulletin.id == Approved.bulletin)
        .where(Bulletin.revision == Approved.revision, *is_in_force(now))
    )
    rules = exists().where(
        Published.kid == HeldKey.kid,
        Published.kind.in_((DocumentKind.POLICY, DocumentKind.PLACE)),
        Published.payload != "",
    )
    overlaps = and_(HeldKey.role == Role.STATION, HeldKey.retired_at > now - STATION_OVERLAP)
    return or_(approves, rules, overlaps)
