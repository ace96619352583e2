"""Reads of what people are still typing."""

from sqlalchemy.orm import Session

from controller.model.drafts import Draft
from controller.model.permissions import OperatorId
from controller.store import one_read

NEW = "moi"
"""The place of a bulletin that is not there yet."""
SENT = "da_gui"
"""Field of a row that only says which form (`luot`) was sent last from there."""
NEW_PROGRAMME = "chuong-trinh-moi"
"""The place of a programme that is not there yet."""


@one_read
def draft_of(session: Session, operator: OperatorId, place: str) -> Draft | None:
    """Return the person's draft there, or None; sent forms have no draft."""
    found = session.get(Draft, (operator, place))
    return None if found is None or SENT in found.fields else found
