"""Keys for a new key set: those that may sign, and those whose signatures are still needed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from controller.features.areas.queries import area_tree, ended_areas
from controller.features.bulletins.in_force import is_in_force
from controller.features.plans.queries import published_key_sets
from controller.model.accounts import Account, Delegation, HeldKey
from controller.model.airing_states import IN_PLANS
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Approved, Bulletin
from controller.model.emergencies import Emergency
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from controller.store import one_read
from devices.ids import AreaCode, KeyId, Role
from devices.statements import MOST_FURTHER_AREAS

STATION_OVERLAP = timedelta(days=14)
"""For a station that is itself away for some days after its key was renewed. A loudspeaker out of reach has
the key set of before, and goes on by it."""


KEYS_TO_SIGN = (
    "{count} khóa ký thay đổi mà loa chưa biết: khóa mới chưa duyệt, chưa ký quy định được; khóa bị lộ thì "
    "loa còn tin. Hãy mang khóa gốc đến máy chủ và chạy: loa keys sign --root TỆP"
)


def keys_to_name(session: Session, now: datetime) -> Sequence[HeldKey]:
    """Return the keys for a key set signed now, sorted by role and name.

    Active keys, and ended ones while anything that they signed before is in force.
    """
    return session.scalars(select(HeldKey).where(_is_named(now)).order_by(HeldKey.role, HeldKey.kid)).all()


@one_read
def keys_to_sign_for(session: Session, now: datetime) -> int:
    """Return the number of keys for which the key set must be signed again.

    Loudspeakers do not trust them yet, or not for all of their areas, or still trust them although they are
    compromised. A retired key that is no longer needed does no harm in the set: the next set leaves it out.
    """
    is_stolen = and_(HeldKey.compromised_at.is_not(None), HeldKey.in_key_set)
    listed = {key.kid: key for key_set in published_key_sets(session) for key in key_set.keys}
    named = keys_to_name(session, now)
    marked = {
        key.kid
        for key in named
        if key.kid in listed and listed[key.kid].compromised_since == key.compromised_since is not None
    }
    stolen = [key.kid for key in session.scalars(select(HeldKey).where(is_stolen)) if key.kid not in marked]
    listings = listings_of(session, named, now)
    unlisted = [key.kid for key in named if not _is_listed(key, listings.get(key.kid))]
    return len({*stolen, *unlisted})


@dataclass(frozen=True, slots=True)
class KeyListing:
    """How a key set names a person's key."""

    holder: str
    area: AreaCode
    further_areas: tuple[AreaCode, ...] = ()
    sets: tuple[AreaCode, ...] = ()
    """In whose sets it stands: of all these areas but closed ones, where no loudspeaker is."""


def listings_of(session: Session, keys: Sequence[HeldKey], now: datetime) -> dict[KeyId, KeyListing]:
    """Return whose each person's key is, and where it signs: in its holder's area and below.

    Beside that where its holder approves for another person, and where something in force was signed by it:
    a person who has moved, or does not stand in any more, still has signed what was signed.
    """
    people = {one.id: one for one in session.scalars(select(Account))}
    further = _signed_areas(session, now)
    for receiver, area in session.execute(
        select(Delegation.receiver, Delegation.area).where(
            Delegation.ended_at.is_(None), Delegation.until > now
        )
    ):
        for key in keys:
            if key.holder == receiver and key.role is Role.APPROVER:
                further[key.kid].add(area)
    tree, ended, listings = area_tree(session), ended_areas(session), {}
    for key in keys:
        if key.holder is not None:
            holder = people[key.holder]
            beyond = sorted(a for a in further[key.kid] if a in tree and holder.area not in tree.lineage(a))
            areas = tree.outermost(beyond)[:MOST_FURTHER_AREAS] if beyond else ()
            sets = tuple(area for area in (holder.area, *areas) if area not in ended)
            listings[key.kid] = KeyListing(holder.name, holder.area, tuple(areas), sets)
    return listings


def _signed_areas(session: Session, now: datetime) -> dict[KeyId, set[AreaCode]]:
    """Return the areas for which each key signed approvals and policies that are in force."""
    found: dict[KeyId, set[AreaCode]] = defaultdict(set)
    approved = (
        select(Approved.kid, Approved.author_kid, Bulletin.area)
        .join(Bulletin, and_(Bulletin.id == Approved.bulletin, Bulletin.revision == Approved.revision))
        .join(HeldKey, HeldKey.kid == Approved.kid)
        .where(*is_in_force(now))
    )
    ruled = select(Published.kid, Published.second_kid, Published.target).where(
        Published.kind == DocumentKind.POLICY, Published.payload != ""
    )
    for query in (approved, ruled):
        for kid, second, area in session.execute(query.distinct()):
            for signer in (kid, second):
                if signer is not None:
                    found[KeyId(signer)].add(AreaCode(area))
    return found


def _is_listed(key: HeldKey, wanted: KeyListing | None) -> bool:
    if wanted is not None and not wanted.sets:
        return True  # there is no set to list it in
    if not key.in_key_set or wanted is None:
        return key.in_key_set
    return key.area == wanted.area and {*wanted.further_areas} <= {*key.further_areas}


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
    is_trusted = and_(HeldKey.compromised_at.is_(None), or_(may_sign, _still_holds(now)))
    return or_(is_trusted, and_(HeldKey.compromised_since.is_not(None), _still_approves(now)))


def _still_approves(now: datetime) -> ColumnElement[bool]:
    approver = aliased(HeldKey)
    authors = (
        exists()
        .where(Approved.author_kid == HeldKey.kid, Bulletin.id == Approved.bulletin)
        .where(Bulletin.revision == Approved.revision, approver.kid == Approved.kid)
        .where(Bulletin.state == BulletinState.APPROVED, Approved.withdrawn_at.is_(None))
        .where(Approved.expires_at > now, approver.not_after > now)
    )
    approves = (
        exists()
        .where(Approved.kid == HeldKey.kid, Bulletin.id == Approved.bulletin)
        .where(Bulletin.revision == Approved.revision, *is_in_force(now))
    )
    return or_(approves, authors)


def _still_holds(now: datetime) -> ColumnElement[bool]:
    rules = exists().where(
        or_(Published.kid == HeldKey.kid, Published.second_kid == HeldKey.kid),
        Published.kind.in_((DocumentKind.POLICY, DocumentKind.PLACE)),
        Published.payload != "",
    )
    calls = (
        exists()
        .where(or_(Emergency.called_kid == HeldKey.kid, Emergency.confirmed_kid == HeldKey.kid))
        .where(Airing.id == Emergency.airing, Airing.state.in_(IN_PLANS))
    )
    overlaps = and_(HeldKey.role == Role.STATION, HeldKey.retired_at > now - STATION_OVERLAP)
    return or_(_still_approves(now), rules, calls, overlaps)
