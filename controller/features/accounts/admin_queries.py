"""Reads for the administrator's pages: people, keys, policies; a constant number of queries each."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.accounts.scope import Scope
from controller.model.accounts import Account, HeldKey, SecondFactor
from controller.model.journal import Entry
from controller.model.permissions import OperatorId
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from controller.store import one_read
from devices.ids import AreaCode
from devices.statements import Policy
from devices.wire_types import parse

_RECENT = 10


@one_read
def visible_people(session: Session, scope: Scope) -> Sequence[Account]:
    """Return the accounts in the areas that the person may see: open accounts first, by display name."""
    query = select(Account).order_by(Account.disabled_at.is_not(None), Account.display_name, Account.name)
    return [account for account in session.scalars(query) if account.area in scope.seen]


@one_read
def with_factor(session: Session) -> frozenset[OperatorId]:
    """Return the people whose second factor is in force."""
    query = select(SecondFactor.operator).where(SecondFactor.confirmed_at.is_not(None))
    return frozenset(session.scalars(query))


@one_read
def entries_by(session: Session, operator: OperatorId) -> Sequence[Entry]:
    """Return a person's latest acts, newest first."""
    query = select(Entry).where(Entry.by == operator).order_by(Entry.seq.desc()).limit(_RECENT)
    return session.scalars(query).all()


def policies_in_force(session: Session) -> dict[AreaCode, tuple[Policy, Published]]:
    """Return each area's own policy with its row; one query."""
    rows = session.scalars(
        select(Published).where(Published.kind == DocumentKind.POLICY, Published.payload != "")
    )
    return {AreaCode(row.target): (parse(Policy, row.document), row) for row in rows}


@one_read
def shown_names(session: Session) -> dict[str, str]:
    """Return people's display names by id."""
    rows = session.execute(select(Account.id, Account.display_name))
    return {account: name for account, name in rows}  # noqa: C416 - a typed dict from typed rows


@one_read
def keys_shown(session: Session) -> list[tuple[HeldKey, str]]:
    """Return the active keys with their holders' names, sorted by end."""
    query = (
        select(HeldKey, Account.display_name)
        .outerjoin(Account, Account.id == HeldKey.holder)
        .where(HeldKey.retired_at.is_(None))
        .order_by(HeldKey.not_after, HeldKey.kid)
    )
    return [(key, name or "Máy chủ của đài") for key, name in session.execute(query)]


def name_of(session: Session, operator_id: str) -> str:
    """Return a person's display name."""
    query = select(Account.display_name).where(Account.id == operator_id)
    return session.scalar(query) or "?"


@one_read
def visible_account(session: Session, scope: Scope, name: str) -> Account:
    """Return the account of a sign-in name, open or closed; one of another area is not there."""
    found = session.scalars(select(Account).where(Account.name == name)).one_or_none()
    if found is None or found.area not in scope.seen:
        raise NotFound("Không có tài khoản này trong địa bàn của bạn.", code="operator.unknown")
    return found
