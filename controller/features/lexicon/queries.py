"""Reads of the province's own words."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.accounts.queries import names_of_operators, sees
from controller.features.accounts.scope import Scope
from controller.features.areas.queries import area_tree
from controller.features.lexicon.schemas import EntryShown, ProposalShown
from controller.model.accounts import Account
from controller.model.lexicon import EntryId, LexiconEntry, LexiconProposal
from controller.model.permissions import Act, Operator
from controller.model.wording import Words
from controller.store import one_read
from devices.ids import AreaCode

MOST_PROPOSALS = 200
"""Proposals that a page lists, the oldest first."""


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
def open_proposals(session: Session, scope: Scope, by: Operator) -> list[ProposalShown]:
    """Return what nobody has decided, oldest first: what the person may decide, and what they proposed."""
    query = (
        select(LexiconProposal)
        .where(LexiconProposal.decided_at.is_(None))
        .order_by(LexiconProposal.proposed_at, LexiconProposal.id)
        .limit(MOST_PROPOSALS)
    )
    shown = (proposal_shown(session, scope, by, one) for one in session.scalars(query))
    return [one for one in shown if one.may_decide or one.is_own]


@one_read
def proposal_shown(session: Session, scope: Scope, by: Operator, row: LexiconProposal) -> ProposalShown:
    """Return a proposal as this person sees it."""
    return ProposalShown.of(
        row,
        proposed_by=session.get_one(Account, row.proposed_by).name,
        may_decide=_may_decide(scope, by, row),
        is_own=row.proposed_by == by.id,
    )


@one_read
def count_proposals(session: Session, scope: Scope, by: Operator) -> int:
    """Return how many proposals wait for this person."""
    return sum(one.may_decide for one in open_proposals(session, scope, by))


def _may_decide(scope: Scope, by: Operator, row: LexiconProposal) -> bool:
    return row.area in scope.seen and scope.may(by, Act.TEACH, [row.area])


@one_read
def words_for(session: Session, area: AreaCode) -> Words:
    """Return the words that texts of an area are read with: its own win over those from above."""
    lineage = area_tree(session).lineage(area)
    known = [entry for entry in lexicon_entries(session) if entry.area in lineage]
    known.sort(key=lambda entry: lineage.index(entry.area), reverse=True)
    return tuple(sorted({entry.written: entry.spoken for entry in known}.items()))
