"""Approving again: the same wording and recording, before its approval ends, or after that.

A person who has heard all of this recording before need not hear it again: the digest is the same. Another
approver hears it first, as for any approval, and author and approver still differ.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from controller.features.bulletins.authorships import lacks_author
from controller.features.bulletins.in_force import approvals_until
from controller.model.bulletin_states import BulletinState, IllegalBulletinTransition
from controller.model.bulletins import Approved, Bulletin, FormerApproval
from controller.model.local_time import wall

_KEPT = ("bulletin", "revision", "approved_at", "approver", "recording", "kid", "jws", "expires_at")
AGAIN_WITHIN = timedelta(days=30)
"""An approval is renewed from so long before its end on: when its owners are told of it first."""


def is_due_again(until: datetime | None, now: datetime) -> bool:
    """Whether an approved bulletin may be approved again: its approval ends soon, has ended or is void."""
    return until is None or until - now <= AGAIN_WITHIN


def check_due_again(session: Session, bulletin: Bulletin, now: datetime) -> None:
    """Raise IllegalTransition if the approval is valid for long enough."""
    if bulletin.state is not BulletinState.APPROVED:
        return
    until = approvals_until(session, [bulletin.id]).get(bulletin.id)
    if until is not None and not is_due_again(until, now) and not lacks_author(session, bulletin):
        raise IllegalBulletinTransition(f"Bản tin này đã được duyệt, có hiệu lực đến {wall(until)}.")


def keep_approval(session: Session, approved: Approved, now: datetime) -> None:
    """Store an approval; the one that it replaces is kept among the former ones."""
    before = session.get(Approved, (approved.bulletin, approved.revision))
    if before is not None:
        session.add(FormerApproval(**{name: getattr(before, name) for name in _KEPT}, replaced_at=now))
        session.delete(before)
        session.flush()
    session.add(approved)
    session.flush()
