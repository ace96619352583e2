"""The write of archives: that one was made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from controller.errors import Conflict
from controller.features.accounts.queries import require
from controller.features.archives.queries import YearSpan
from controller.features.archives.schemas import ArchiveShown
from controller.features.journal.service import record
from controller.model.archives import YearArchive
from controller.model.permissions import Act, Operator
from controller.store import one_write
from devices.ids import AreaCode


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that was written and verified."""

    name: str
    sha256: str
    size: int
    receipts: int


@one_write
def note_archive(
    session: Session,
    span: YearSpan,
    written: WrittenFile,
    province: AreaCode,
    *,
    put_in_place: Callable[[], None],
    by: Operator,
    now: datetime,
) -> ArchiveShown:
    """Note that an archive was written and verified; raise Conflict where its year has one meanwhile.

    `put_in_place` gives the file its name: only who may note it does so, or the file of one who was faster
    would be replaced by another than its row names.
    """
    require(session, by, Act.RULE, province)
    if session.get(YearArchive, span.year) is not None:
        raise Conflict(f"Năm {span.year} đã có tệp lưu trữ.", code="archive.made")
    row = YearArchive(
        year=span.year,
        since=span.since,
        until=span.until,
        file=written.name,
        sha256=written.sha256,
        size=written.size,
        receipts=written.receipts,
        aired_last=span.end.aired,
        aired_hash=span.end.aired_hash,
        journal_last=span.end.journal,
        journal_hash=span.end.journal_hash,
        made_at=now,
    )
    session.add(row)
    session.flush()
    detail = {"file": row.file, "sha256": row.sha256, "receipts": row.receipts, "aired_last": row.aired_last}
    record(session, by, "archive.made", str(span.year), now, detail=detail)
    put_in_place()
    return ArchiveShown.model_validate(row, from_attributes=True)
