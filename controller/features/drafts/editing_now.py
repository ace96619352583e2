"""Who has a bulletin's form open: the second one sees it before typing. Nothing of it is journaled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from controller.model.accounts import Account
from controller.model.drafts import Editing
from controller.model.permissions import Operator, OperatorId
from controller.store import one_write

SAID_EACH = timedelta(seconds=30)
"""How often an open form says so."""
_GONE_AFTER = SAID_EACH * 3
"""A form that was silent for so long is closed, or has no network."""


@dataclass(frozen=True, slots=True)
class OtherEditor:
    """Another person who has the form open."""

    name: str
    since: datetime


@one_write
def note_editing(session: Session, bulletin: str, *, by: Operator, now: datetime) -> Sequence[OtherEditor]:
    """Note that the person has the form open; return who else has."""
    session.execute(delete(Editing).where(Editing.bulletin == bulletin, Editing.seen_at < now - _GONE_AFTER))
    row = session.get(Editing, (bulletin, by.id)) or Editing(bulletin=bulletin, operator=by.id, since=now)
    row.seen_at = now
    session.add(row)
    session.flush()
    query = (
        select(Account.display_name, Editing.since)
        .join(Account, Account.id == Editing.operator)
        .where(Editing.bulletin == bulletin, Editing.operator != by.id)
        .order_by(Editing.since)
    )
    return [OtherEditor(name, since) for name, since in session.execute(query)]


def end_editing(session: Session, bulletin: str, operator: OperatorId) -> None:
    """Note that the person has sent the form."""
    session.execute(delete(Editing).where(Editing.bulletin == bulletin, Editing.operator == operator))
