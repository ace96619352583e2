"""Reads of legal acts for pages."""

from datetime import datetime

from sqlalchemy.orm import Session

from controller.features.bulletins.legal_form import ActShown, act_shown
from controller.features.bulletins.queries import reference_given
from controller.model.bulletins import Bulletin, LegalReference
from controller.store import one_read


@one_read
def act_of(session: Session, bulletin: Bulletin, now: datetime) -> ActShown | None:
    """Return a bulletin's legal act, in words; a variant has the act of its bulletin."""
    origin = bulletin.variant_of or bulletin.id
    row = session.get(LegalReference, origin)
    return act_shown(row, now) if row is not None and reference_given(session, origin) else None
