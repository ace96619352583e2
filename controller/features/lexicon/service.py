"""Writes of the province's own words; one function, one transaction."""

import unicodedata
from datetime import datetime

from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict, NotFound
from controller.features.accounts.queries import require
from controller.features.areas.queries import get_area, top_area
from controller.features.journal.service import record
from controller.features.lexicon.queries import live_entry, seen_entry
from controller.model.lexicon import EntryId, LexiconEntry
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator
from controller.store import one_write
from devices.ids import AreaCode
from tts.errors import TextError
from tts.normalization import check_entry


@one_write
def add_entry(
    session: Session, *, written: str, spoken: str, by: Operator, now: datetime, area: str | None = None
) -> LexiconEntry:
    """Teach how a written form is read out, in the whole province or in one area and below.

    What is approved already keeps its recording; what waits for approval is spoken again.
    """
    place = get_area(session, AreaCode(area)).code if area else top_area(session).code
    require(session, by, Act.TEACH, place)
    written, spoken = one_line(written), one_line(spoken)
    try:
        check_entry(written, spoken)
    except TextError as error:
        raise BadInput(error.sentence, code=error.code) from error
    known = live_entry(session, written, place)
    if known is not None:
        raise Conflict(
            f"Đã có «{written}», đọc là «{known.spoken}». Hãy xóa mục từ cũ trước khi thêm cách đọc mới.",
            code="lexicon.taught",
        )
    entry = LexiconEntry(
        id=EntryId(new_id(now)), written=written, spoken=spoken, area=place, added_by=by.id, added_at=now
    )
    session.add(entry)
    session.flush()
    record(session, by, "lexicon.added", entry.id, now, detail=_detail(entry))
    return entry


@one_write
def remove_entry(session: Session, entry_id: str, *, by: Operator, now: datetime) -> LexiconEntry:
    """Have a written form be read by the built-in rules again; the entry stays as history."""
    entry = seen_entry(session, entry_id, by)
    require(session, by, Act.TEACH, entry.area)
    if entry.removed_at is not None:
        raise Conflict(f"Mục từ «{entry.written}» đã được xóa trước đó.", code="lexicon.removed")
    entry.removed_by, entry.removed_at = by.id, now
    session.flush()
    record(session, by, "lexicon.removed", entry.id, now, detail=_detail(entry))
    return entry


@one_write
def remove_word(
    session: Session, written: str, area: AreaCode, *, by: Operator, now: datetime
) -> LexiconEntry:
    """Remove what is taught for a written form in exactly this area; raises NotFound where nothing is."""
    entry = live_entry(session, one_line(written), area)
    if entry is None:
        raise NotFound(f"Không có mục từ «{written}».", code="lexicon.unknown")
    return remove_entry(session, entry.id, by=by, now=now)


def one_line(text: str) -> str:
    """Return the form that is kept and compared: NFC, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _detail(entry: LexiconEntry) -> dict[str, str]:
    return {"written": entry.written, "spoken": entry.spoken, "area": entry.area}
