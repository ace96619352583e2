"""The province's own words by JSON."""

from fastapi import APIRouter

from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.lexicon.queries import entries_shown, lexicon_entries
from controller.features.lexicon.schemas import EntryShown, Teach
from controller.features.lexicon.service import add_entry, remove_entry
from controller.http.refusals import refusals

router = APIRouter(prefix="/lexicon", tags=["lexicon"])


@router.get("", responses=refusals(401))
def index(
    station: TheStation,
    viewer: Signed,
    removed: bool = False,  # noqa: FBT001, FBT002 - a parameter of the address
) -> list[EntryShown]:
    """Return the words that texts of the person's area may be read with; with `removed` the history too."""
    return entries_shown(station.store, lexicon_entries(station.store, viewer.scope.hears, removed=removed))


@router.post("", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def add(station: TheStation, viewer: Signed, asked: Teach) -> EntryShown:
    """Teach how a written form is read out; what waits for approval and holds it is spoken again."""
    entry = add_entry(station.store, **asked.model_dump(), by=viewer.operator, now=station.now())
    station.wake()
    return entries_shown(station.store, [entry])[0]


@router.delete("/{entry_id}", responses=refusals(401, 403, 404, 409))
def remove(station: TheStation, viewer: Signed, entry_id: str) -> EntryShown:
    """Remove a word; its entry stays as history."""
    entry = remove_entry(station.store, entry_id, by=viewer.operator, now=station.now())
    station.wake()
    return entries_shown(station.store, [entry])[0]
