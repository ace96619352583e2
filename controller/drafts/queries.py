"""Reads of what people are still typing."""

from sqlalchemy.orm import Session

from controller.drafts.tables import Draft
from controller.operators.permissions import OperatorId

NEW = "moi"
"""The place of a bulletin that is not there yet."""
NEW_PROGRAMME = "chuong-trinh-moi"
"""The place of a programme that is not there yet."""


def draft_of(session: Session, operator: OperatorId, place: str) -> Draft | None:
    """Return what the person was typing there, or None."""
    return session.get(Draft, (operator, place))
