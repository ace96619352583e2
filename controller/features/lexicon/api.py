"""The province's own words by JSON."""

from fastapi import APIRouter

from controller.errors import NotFound
from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.accounts.queries import names_of_operators
from controller.features.lexicon.queries import get_entry, lexicon_entries
from controller.features.lexicon.schemas import EntryShown, Teach
from controller.features.lexicon.service import add_entry, remove_entry
from controller.http.refusals import refusals
from controller.model.lexicon import EntryId, LexiconEntry
from controller.store import Session
from devices.ids import AreaCode

router = APIRouter(prefix="/lexicon", tags=["lexicon"])


@router.get("", responses=refusals(401))
def index(
    station: TheStation,
    viewer: Signed,
    removed: bool = False,  # noqa: FBT001, FBT002 - a parameter of the address
) -> list[EntryShown]:
    """Return the words that texts of the person's area may be read with; with `removed` the history too."""
    heard = viewer.scope.seen | viewer.scope.hears
    with station.store.read() as session:
        found = [entry for entry in lexicon_entries(session, removed=removed) if entry.area in heard]
        return _shown(session, found)


@router.post("", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def add(station: TheStation, viewer: Signed, asked: Teach) -> EntryShown:
    """Teach how a written form is read out; what waits for approval and holds it is spoken again."""
    with station.store.write() as session:
        entry = add_entry(
            session,
            written=asked.written,
            spoken=asked.spoken,
            area=None if asked.area is None else AreaCode(asked.area),
            by=viewer.operator,
            now=station.now(),
        )
        (shown,) = _shown(session, [entry])
    station.wake()
    return shown


@router.delete("/{entry_id}", responses=refusals(401, 403, 404, 409))
def remove(station: TheStation, viewer: Signed, entry_id: str) -> EntryShown:
    """Remove a word; its entry stays as history."""
    with station.store.write() as session:
        entry = get_entry(session, EntryId(entry_id))
        if entry.area not in viewer.scope.seen | viewer.scope.hears:
            raise NotFound("Không có mục từ này.", code="lexicon.unknown")
        entry = remove_entry(session, entry.id, by=viewer.operator, now=station.now())
        (shown,) = _shown(session, [entry])
    station.wake()
    return shown


def _shown(session: Session, entries: list[LexiconEntry]) -> list[EntryShown]:
    names = names_of_operators(session)
    return [
        EntryShown.of(
            entry,
            added_by=names[entry.added_by],
            removed_by=None if entry.removed_by is None else names[entry.removed_by],
        )
        for entry in entries
    ]
