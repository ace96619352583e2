"""Which forms were sent: a browser that lost the answer sends its form again, and it counts once."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from controller.errors import BadInput
from controller.model.base import ID_LENGTH
from controller.model.drafts import SentForm
from controller.model.permissions import OperatorId

REMEMBERED = timedelta(days=60)
"""A telephone that was off for so long sends what it held as something new."""


def claim_form(session: Session, operator: OperatorId, form: str, now: datetime) -> str | None:
    """Claim the form for this transaction; return the bulletin that it became before, if it was sent.

    Whoever sends the same form at the same time waits here for the first one's end.
    """
    if len(form) > ID_LENGTH:
        raise BadInput("Số của biểu mẫu quá dài.", code="form.number")
    row = {"operator": operator, "form": form, "bulletin": "", "at": now}
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(make(SentForm).values(**row).on_conflict_do_nothing())
    found = session.get_one(SentForm, (operator, form), populate_existing=True)
    return found.bulletin or None


def note_form_sent(session: Session, operator: OperatorId, form: str, bulletin: str, now: datetime) -> None:
    """Keep what became of a claimed form; forget those of long ago."""
    session.get_one(SentForm, (operator, form)).bulletin = bulletin
    session.execute(delete(SentForm).where(SentForm.operator == operator, SentForm.at < now - REMEMBERED))
