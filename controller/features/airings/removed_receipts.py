"""What left the database after its year was archived: up to when, and in which file it is.

Removed are receipts that came in the year of their airing; deliveries and the as-aired log stay.
docs/storage.md, "Years".
"""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from controller.model.airings import Airing
from controller.model.archives import ReceiptRemoval, YearArchive
from controller.store import one_read


def is_of_removed_year() -> ColumnElement[bool]:
    """Return the condition that an airing began before the end of a year whose receipts were ordered to go.

    Years go in order, so all before the last of them have gone.
    """
    ends = select(func.max(YearArchive.until)).join(ReceiptRemoval, ReceiptRemoval.year == YearArchive.year)
    return func.coalesce(Airing.starts_at < ends.scalar_subquery(), False)


@one_read
def archive_of(session: Session, starts_at: datetime) -> str | None:
    """Return the file with the receipts of an airing; None: they were not removed from the database."""
    query = (
        select(YearArchive.file)
        .join(ReceiptRemoval, ReceiptRemoval.year == YearArchive.year)
        .where(YearArchive.since <= starts_at, YearArchive.until > starts_at)
    )
    return session.scalar(query)
