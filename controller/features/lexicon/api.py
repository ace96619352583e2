"""The province's own words by JSON."""

from fastapi import APIRouter

from controller.features.accounts.dependencies import SignedVisit
from controller.features.lexicon.queries import entries_shown, lexicon_entries
from controller.features.lexicon.schemas import EntryShown, Teach
from controller.features.lexicon.service import add_entry, remove_entry
from controller.http.refusals import refusals

router = APIRouter(prefix="/lexicon", tags=["lexicon"])


@router.get("", responses=refusals(401))
def index(visit: SignedVisit, *, removed: bool = False) -> list[EntryShown]:
    """Return the words that texts of the person's area may be read with; with `removed` the history too."""
    return entries_shown(visit.store, lexicon_entries(visit.store, visit.scope.hears, removed=removed))


@router.post("", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def add(visit: SignedVisit, asked: Teach) -> EntryShown:
    """Teach how a written form is read out; what waits for approval and holds it is spoken again."""
    entry = add_entry(visit, **asked.model_dump(), **visit.stamp)
    return entries_shown(visit.store, [entry])[0]


@router.delete("/{entry_id}", responses=refusals(401, 403, 404, 409))
def remove(visit: SignedVisit, entry_id: str) -> EntryShown:
    """Remove a word; its entry stays as history."""
    entry = remove_entry(visit, entry_id, **visit.stamp)
    return entries_shown(visit.store, [entry])[0]
