"""Reads of people and their keys, and the permission check that services make before they act."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from controller.errors import NotAllowed, NotFound
from controller.features.areas.queries import area_tree
from controller.model.accounts import Account, Delegation, HeldKey, RuleName, StationRule
from controller.model.permissions import Act, Operator, OperatorId, OperatorRole, judge
from controller.store import one_read
from devices.ids import AreaCode, Role

_NAMED = select(Account).where(Account.name == bindparam("name"))


@one_read
def get_operator(session: Session, operator_id: OperatorId) -> Operator:
    """Return the person, or raise NotFound."""
    account = session.get(Account, operator_id)
    if account is None:
        raise NotFound("Không có tài khoản này.", code="operator.unknown")
    return account.operator()


def operator_named(session: Session, name: str) -> Operator | None:
    """Return the person with that sign-in name, or None."""
    account = session.scalars(_NAMED, {"name": name.strip().lower()}).one_or_none()
    return None if account is None else account.operator()


def known_operator(session: Session, name: str) -> Operator:
    """Return the person with that sign-in name, account open or closed; raise NotFound."""
    person = operator_named(session, name)
    if person is None:
        raise NotFound(f"Không có tài khoản «{name}».", code="operator.unknown")
    return person


@one_read
def operators(session: Session) -> Sequence[Account]:
    """Return all accounts by name."""
    return session.scalars(select(Account).order_by(Account.name)).all()


def names_of_operators(session: Session) -> dict[OperatorId | None, str]:
    """Return the sign-in names of all accounts by id; None is not a key."""
    return {account.id: account.name for account in operators(session)}


@one_read
def has_administrator(session: Session) -> bool:
    """Whether the station has an administrator."""
    active = session.scalars(select(Account).where(Account.disabled_at.is_(None)))
    return any(OperatorRole.ADMINISTRATOR in account.roles for account in active)


def require(session: Session, by: Operator, act: Act, *areas: AreaCode) -> None:
    """Raise NotAllowed unless the person may do the act now, by the current rows.

    The data in `by` can only restrict: a token's acts and area, and the areas in which the person was a
    delegate when the call began.
    """
    account = session.get(Account, by.id, populate_existing=True)
    if account is None or account.disabled_at is not None:
        raise NotAllowed("Tài khoản này đã bị khóa.", code="operator.disabled")
    tree = area_tree(session)
    lent = lent_areas(session, by.id, None) & by.deputises_in if by.deputises_in else frozenset()
    operator = replace(account.operator(), acts=by.acts, deputises_in=lent)
    for area in areas:
        lineage = tree.lineage(area)
        verdict = judge(operator, act, lineage)
        if not verdict.allowed:
            raise NotAllowed(verdict.sentence)
        if by.acts is not None and by.area not in lineage:
            raise NotAllowed("Địa bàn này không thuộc phạm vi của mã truy cập.")


def sees(session: Session, by: Operator, area: AreaCode) -> bool:
    """Whether the person may use (not change) what belongs to an area.

    That is so of the own area and those in which the person is a deputy, of all below them, and of what is
    above the own area: a commune uses what the province made for it, never what its neighbour made.
    """
    lineage = area_tree(session).lineage(area)
    return not {by.area, *by.deputises_in}.isdisjoint(lineage) or area in area_tree(session).lineage(by.area)


# asked for by each request, and nearly always in vain: to build it anew costs more than its answer
_LENT = (
    select(Delegation, Account)
    .join(Account, Account.id == Delegation.giver)
    .where(
        Delegation.receiver == bindparam("receiver"),
        Delegation.ended_at.is_(None),
        Account.disabled_at.is_(None),
    )
)
_LENT_NOW = _LENT.where(Delegation.until > bindparam("now"))


def lent_areas(session: Session, receiver: OperatorId, now: datetime | None) -> frozenset[AreaCode]:
    """Return the areas delegated to the person for approval; `now` None: also expired ones.

    A delegation is valid only while its giver may approve there; the giver's row is read each time.
    """
    query, values = (_LENT, {}) if now is None else (_LENT_NOW, {"now": now})
    rows = session.execute(query, {"receiver": receiver} | values).all()
    if not rows:
        return frozenset()
    tree = area_tree(session)
    return frozenset(
        row.Delegation.area
        for row in rows
        if judge(row.Account.operator(), Act.APPROVE, tree.lineage(row.Delegation.area)).allowed
    )


def held_key(
    session: Session, holder: OperatorId, role: Role, now: datetime, *, is_sealed: bool = False
) -> HeldKey | None:
    """Return the person's key for the role that may sign now, or None; `is_sealed`: by the password.

    The newest that loudspeakers trust; a successor that no key set names yet waits for it.
    """
    keys = keys_in_hand(session, holder, role, now)
    return next((key for key in keys if key.sealed is not None or not is_sealed), None)


def keys_in_hand(session: Session, holder: OperatorId, role: Role, now: datetime) -> Sequence[HeldKey]:
    """Return the person's keys of a role that may sign now: trusted ones first, then the newest first."""
    query = (
        select(HeldKey)
        .where(HeldKey.holder == holder, HeldKey.role == role, HeldKey.retired_at.is_(None))
        .where(HeldKey.not_before <= now, HeldKey.not_after > now)
        .order_by(HeldKey.in_key_set.desc(), HeldKey.not_before.desc())
    )
    return session.scalars(query).all()


def requires_authors(session: Session) -> bool:
    """Whether authors sign what is approved, too."""
    return session.get(StationRule, RuleName.AUTHORS) is not None


def requires_passkeys(session: Session) -> bool:
    """Whether the station has approvers sign by passkeys alone."""
    return session.get(StationRule, RuleName.PASSKEYS) is not None


def administrators_of(session: Session, area: AreaCode) -> list[Account]:
    """Return the administrators of an area, by sign-in name."""
    return people_who_may(session, Act.RULE, [area])


def people_who_may(session: Session, act: Act, areas: Collection[AreaCode]) -> list[Account]:
    """Return the people whose own role permits the act in all of the areas, by sign-in name."""
    tree = area_tree(session)
    lineages = [tree.lineage(area) for area in areas]
    accounts = session.scalars(select(Account).where(Account.disabled_at.is_(None)).order_by(Account.name))
    return [one for one in accounts if all(judge(one.operator(), act, each).allowed for each in lineages)]


def nearest_who_may(session: Session, act: Act, area: AreaCode) -> set[OperatorId]:
    """Return who may do the act in an area and whose own area is nearest to it."""
    return nearest_of(session, people_who_may(session, act, [area]))


def nearest_of(session: Session, people: Collection[Account]) -> set[OperatorId]:
    """Return those whose own area is lowest: of people who may act in one place, the nearest to it."""
    tree = area_tree(session)
    depths = {one.id: len(tree.lineage(one.area)) for one in people}
    deepest = max(depths.values(), default=0)
    return {person for person, depth in depths.items() if depth == deepest}
