"""Writes of typed drafts; not journaled, because nothing has been done yet."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.drafts.queries import SENT
from controller.model.drafts import Draft
from controller.model.permissions import Operator, OperatorId
from controller.store import one_write

KEPT = timedelta(days=30)
"""What nobody touched for so long is forgotten."""
MOST = 20
"""Drafts of one person: one more replaces the oldest."""
LARGEST = 200_000
"""Characters of all fields together: three times the longest bulletin."""


@one_write
def keep_draft(
    session: Session, place: str, fields: Mapping[str, Any], *, by: Operator, now: datetime
) -> None:
    """Keep the fields as they are typed, in place of what was kept there.

    Conflict for a form that was already sent: a browser stores a draft again when its page closes.
    """
    there = session.get(Draft, (by.id, place))
    sent = None if there is None else there.fields.get(SENT)
    if sent and sent == _form_of(fields):
        raise Conflict("Bản này đã được gửi rồi.", code="draft.sent")
    if sum(len(str(value)) for value in fields.values()) > LARGEST:
        raise BadInput("Bản đang soạn quá dài nên không tự lưu được.", code="draft.too-long")
    session.merge(Draft(operator=by.id, place=place, fields=dict(fields), saved_at=now))
    session.flush()
    kept = select(Draft.place).where(Draft.operator == by.id).order_by(Draft.saved_at.desc()).limit(MOST)
    places = session.scalars(kept).all()
    session.execute(
        delete(Draft).where(
            Draft.operator == by.id, Draft.place.not_in(places) | (Draft.saved_at < now - KEPT)
        )
    )


@one_write
def drop_draft(session: Session, operator: OperatorId, place: str) -> None:
    """Delete the draft, because the person discards it."""
    session.execute(delete(Draft).where(Draft.operator == operator, Draft.place == place))


@one_write
def send_draft(session: Session, operator: OperatorId, place: str, form: str, now: datetime) -> None:
    """Delete the draft of a sent form, and remember the form so that it is not stored again."""
    if not form:
        drop_draft(session, operator, place)
        return
    session.merge(Draft(operator=operator, place=place, fields={SENT: form}, saved_at=now))


def _form_of(fields: Mapping[str, Any]) -> str:
    """Return which form the fields are of: a page gives each form that it shows a number of its own."""
    given = fields.get("luot", "")
    return str(next(iter(given), "") if isinstance(given, list) else given)
