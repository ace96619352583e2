"""Reads of the province's own words."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.accounts.queries import names_of_operators, sees
from controller.features.areas.queries import area_tree
from controller.features.lexicon.schemas import EntryShown
from controller.model.lexicon import EntryId, LexiconEntry
from controller.model.permissions import Operator
from controller.model.wording import Words
from controller.store import one_read
from devices.ids import AreaCode


def seen_entry(session: Session, entry_id: str, by: Operator) -> LexiconEntry:
    """Return an entry that the person sees, removed or not, for changing it; or raise NotFound."""
    entry = session.get(LexiconEntry, EntryId(entry_id), with_for_update=True)
    if entry is None or not sees(session, by, entry.area):
        raise NotFound("Không có mục từ này.", code="lexicon.unknown")
    return entry


def live_entry(session: Session, written: str, area: AreaCode) -> LexiconEntry | None:
    """Return the entry for a written form in exactly this area, or None."""
    query = select(LexiconEntry).where(
        LexiconEntry.written == written, LexiconEntry.area == area, LexiconEntry.removed_at.is_(None)
    )
    return session.scalars(query).one_or_none()


@one_read
def lexicon_entries(
    session: Session, areas: Collection[AreaCode] | None = None, *, removed: bool = False
) -> Sequence[LexiconEntry]:
    """Return the live entries (of areas) by written form; with `removed` the history too, oldest first."""
    query = select(LexiconEntry).order_by(LexiconEntry.written, LexiconEntry.added_at, LexiconEntry.id)
    found = session.scalars(query if removed else query.where(LexiconEntry.removed_at.is_(None)))
    return [entry for entry in found if areas is None or entry.area in areas]


@one_read
def entries_shown(session: Session, entries: Iterable[LexiconEntry]) -> list[EntryShown]:
    """Return entries with the names of those who added and removed them."""
    names = names_of_operators(session)
    return [
        EntryShown.of(one, added_by=names[one.added_by], removed_by=names.get(one.removed_by))
        for one in entries
    ]


@one_read
def words_for(session: Session, area: AreaCode) -> Words:
    """Return the words that texts of an area are read with: its own win over those from above."""
    lineage = area_tree(session).lineage(area)
    known = [entry for entry in lexicon_entries(session) if entry.area in lineage]
    known.sort(key=lambda entry: lineage.index(entry.area), reverse=True)
    return tuple(sorted({entry.written: entry.spoken for entry in known}.items()))
