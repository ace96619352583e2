"""Reads of the province's own words."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.areas.queries import area_tree
from controller.model.lexicon import EntryId, LexiconEntry
from controller.store import one_read
from devices.ids import AreaCode

Words = tuple[tuple[str, str], ...]
"""Written and spoken forms, as `tts.orders.RenderOrder` takes them."""


def get_entry(session: Session, entry_id: EntryId, *, lock: bool = False) -> LexiconEntry:
    """Return the entry, removed or not, or raise NotFound; `lock`: nobody else changes it till the end."""
    entry = session.get(LexiconEntry, entry_id, with_for_update=lock or None)
    if entry is None:
        raise NotFound("Không có mục từ này.", code="lexicon.unknown")
    return entry


def live_entry(session: Session, written: str, area: AreaCode) -> LexiconEntry | None:
    """Return the entry for a written form in exactly this area, or None."""
    query = select(LexiconEntry).where(
        LexiconEntry.written == written, LexiconEntry.area == area, LexiconEntry.removed_at.is_(None)
    )
    return session.scalars(query).one_or_none()


def lexicon_entries(session: Session, *, removed: bool = False) -> Sequence[LexiconEntry]:
    """Return the live entries by written form; with `removed` the history too, oldest first."""
    query = select(LexiconEntry).order_by(LexiconEntry.written, LexiconEntry.added_at, LexiconEntry.id)
    return session.scalars(query if removed else query.where(LexiconEntry.removed_at.is_(None))).all()


@one_read
def words_for(session: Session, area: AreaCode) -> Words:
    """Return the words that texts of an area are read with: its own win over those from above."""
    lineage = area_tree(session).lineage(area)
    known = [entry for entry in lexicon_entries(session) if entry.area in lineage]
    known.sort(key=lambda entry: lineage.index(entry.area), reverse=True)
    return tuple(sorted({entry.written: entry.spoken for entry in known}.items()))
