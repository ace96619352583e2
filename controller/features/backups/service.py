"""The write of backups: the journal's entry of who began one."""

from datetime import datetime

from sqlalchemy.orm import Session

from controller.features.accounts.queries import require
from controller.features.areas.queries import top_area
from controller.features.journal.service import record
from controller.model.permissions import Act, Operator
from controller.store import one_write


@one_write
def note_begun(session: Session, folder: str, *, by: Operator, now: datetime) -> None:
    """Note in the journal that a person begins a backup; raises NotAllowed."""
    require(session, by, Act.RULE, top_area(session).code)
    record(session, by, "backup.begun", folder, now)
