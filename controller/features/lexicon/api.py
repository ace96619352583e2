"""The province's own words by JSON."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.lexicon.proposals import accept_proposal, propose_entry, refuse_proposal
from controller.features.lexicon.queries import entries_shown, lexicon_entries, open_proposals, proposal_shown
from controller.features.lexicon.schemas import EntryShown, ProposalShown, Teach
from controller.features.lexicon.service import add_entry, remove_entry
from controller.http.json_router import json_router
from controller.http.refusals import refusals

router = json_router(prefix="/lexicon", tags=["lexicon"])


@router.get("", responses=refusals(401))
def index(visit: SignedVisit, *, removed: bool = False) -> list[EntryShown]:
    """Return the words that texts of the person's area may be read with; with `removed` the history too."""
    return entries_shown(visit.store, lexicon_entries(visit.store, visit.scope.hears, removed=removed))


@router.post("", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def add(visit: SignedVisit, asked: Teach) -> EntryShown:
    """Teach how a written form is read out; what waits for approval and holds it is spoken again."""
    entry = add_entry(visit, **asked.model_dump(), **visit.stamp)
    return entries_shown(visit.store, [entry])[0]


@router.get("/proposals", responses=refusals(401))
def proposals(visit: SignedVisit) -> list[ProposalShown]:
    """Return the undecided proposals that you may decide, and your own; at most 200, the oldest first."""
    return open_proposals(visit.store, visit.scope, visit.by)


@router.post("/proposals", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def propose(visit: SignedVisit, asked: Teach) -> ProposalShown:
    """Propose how a written form is read out; a yes of somebody who may teach puts it into the lexicon."""
    row = propose_entry(visit, **asked.model_dump(), **visit.stamp)
    return proposal_shown(visit.store, visit.scope, visit.by, row)


@router.post("/proposals/{proposal_id}/accept", responses=refusals(401, 403, 404, 409, 422))
def accept(visit: SignedVisit, proposal_id: str) -> ProposalShown:
    """Put what was proposed into the lexicon; who proposed it is told."""
    row = accept_proposal(visit, proposal_id, **visit.stamp)
    return proposal_shown(visit.store, visit.scope, visit.by, row)


@router.post("/proposals/{proposal_id}/refuse", responses=refusals(401, 403, 404, 409))
def refuse(visit: SignedVisit, proposal_id: str) -> ProposalShown:
    """Leave the lexicon as it is; who proposed it is told."""
    row = refuse_proposal(visit, proposal_id, **visit.stamp)
    return proposal_shown(visit.store, visit.scope, visit.by, row)


@router.delete("/{entry_id}", responses=refusals(401, 403, 404, 409))
def remove(visit: SignedVisit, entry_id: str) -> EntryShown:
    """Remove a word; its entry stays as history."""
    entry = remove_entry(visit, entry_id, **visit.stamp)
    return entries_shown(visit.store, [entry])[0]
