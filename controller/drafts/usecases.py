"""Writes of what people are still typing; not journaled, since nothing has been done yet."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from controller.drafts.tables import Draft
from controller.errors import BadInput
from controller.operators.permissions import Operator, OperatorId

KEPT = timedelta(days=30)
"""What nobody touched for so long is forgotten."""
MOST = 20
"""Drafts of one person: whoever types in more places at once loses the oldest."""
LARGEST = 200_000
"""Characters of all fields together: three times the longest bulletin."""


def keep_draft(
    session: Session, place: str, fields: Mapping[str, Any], *, by: Operator, now: datetime
) -> None:
    """Keep the fields as they are typed, in place of what was kept there."""
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


def drop_draft(session: Session, operator: OperatorId, place: str) -> None:
    """Forget what was typed there: it was sent, or is not wanted."""
    session.execute(delete(Draft).where(Draft.operator == operator, Draft.place == place))
