"""How many administrators must sign what binds loudspeakers; docs/protocol.md, "Administrators"."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.areas.queries import top_area
from controller.features.plans.queries import published_key_sets
from controller.model.accounts import Account, HeldKey
from controller.model.permissions import OperatorId
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from controller.store import one_read
from devices.ids import AreaCode, Role

TWO = 2
"""As many as pages can ask for: one signs, another confirms."""
BY_ADMINISTRATORS = (DocumentKind.POLICY, DocumentKind.HOME)
"""Always signed by all; a place only where it takes an area from a node."""


@one_read
def administrators_needed(session: Session, now: datetime) -> int:
    """Return how many must sign: as many as the key sets state, and two as soon as the province has two."""
    return max(administrators_stated(session), min(TWO, len(ruling(session, now))))


@one_read
def administrators_stated(session: Session) -> int:
    """Return how many the key sets in force ask for."""
    return max((one.administrators for one in published_key_sets(session)), default=1)


def ruling(session: Session, now: datetime) -> Sequence[OperatorId]:
    """Return the administrators of the province whose key loudspeakers know."""
    query = (
        select(HeldKey.holder)
        .join(Account, Account.id == HeldKey.holder)
        .where(HeldKey.role == Role.ADMINISTRATOR, HeldKey.area == top_area(session).code)
        .where(HeldKey.in_key_set, HeldKey.retired_at.is_(None), HeldKey.compromised_at.is_(None))
        .where(HeldKey.not_before <= now, HeldKey.not_after > now, Account.disabled_at.is_(None))
    )
    return [holder for holder in session.scalars(query.distinct()) if holder is not None]


@one_read
def signed_by_too_few(session: Session, needed: int) -> list[tuple[DocumentKind, AreaCode]]:
    """Return policies and homes in force that fewer have signed: new loudspeakers would refuse them."""
    if needed < TWO:
        return []
    query = (
        select(Published.kind, Published.target)
        .where(Published.kind.in_(BY_ADMINISTRATORS), Published.payload != "", Published.second_kid.is_(None))
        .order_by(Published.kind, Published.target)
    )
    return [(kind, AreaCode(target)) for kind, target in session.execute(query)]
