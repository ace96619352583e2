"""Shows that the journal's entries of an airing stand in the log whose checkpoint loudspeakers signed."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from controller.features.airings.sealed_receipts import unpack
from controller.features.evidence.schemas import JournalEntry, ProvenEntry, ProvenJournal
from controller.features.journal.queries import entry_fields, inclusion_of, root_at
from controller.model.airings import Airing, StoredReceipt
from controller.model.emergencies import Emergency
from controller.model.journal import Entry
from devices.ids import NodeId
from devices.jose import read_payload
from devices.messages import JournalCheckpoint
from devices.receipt_signing import decoded, split_receipt

APPROVED: Final = "bulletin.approved"
MOST_LOOKED_AT: Final = 2000
"""Receipts of other airings that are looked through for a witness, where this airing's have none."""
MOST_WITNESSES: Final = 20
_Checkpoint = tuple[int, str]


def journal_of(
    session: Session, airing: Airing, plans: Sequence[str], receipts: Mapping[NodeId, list[str]]
) -> tuple[ProvenJournal | None, dict[NodeId, list[str]]]:
    """Return the entries with their proofs, and receipts of other airings that witness the checkpoint.

    Of the checkpoints that reach all that led to the airing, the one that most loudspeakers have signed is
    taken. None: nothing that left the station says how the journal was.
    """
    entries = _entries(session, airing)
    before = [entry for entry in entries if entry.at <= airing.starts_at]
    if not before:
        return None, {}
    last = before[-1]
    seen = Counter(_told(text for texts in receipts.values() for text in texts))
    others: dict[NodeId, list[str]] = {}
    if not any(size >= last.seq for size, _ in seen):
        others = _others(session, airing, list(receipts), last)
        seen.update(_told(text for texts in others.values() for text in texts))
    best_first = sorted(
        {*seen, *_in_plans(plans)}, key=lambda one: (one[0] >= last.seq, seen[one], -one[0]), reverse=True
    )
    # what a loudspeaker says of another journal is a matter of `loa doctor`
    chosen = next((one for one in best_first if root_at(session, one[0]) == one[1]), None)
    if chosen is None:
        return None, {}
    proven = [
        ProvenEntry(
            entry=JournalEntry.model_validate(entry_fields(entry)),
            path=inclusion_of(session, entry.seq, chosen[0]),
        )
        for entry in entries
        if entry.seq <= chosen[0]
    ]
    witnesses = {node: [text for text in texts if chosen in _told([text])] for node, texts in others.items()}
    return ProvenJournal(size=chosen[0], root=chosen[1], entries=proven), witnesses


def _entries(session: Session, airing: Airing) -> list[Entry]:
    calls = select(Emergency.id).where(Emergency.airing == airing.id)
    is_of_it = or_(Entry.subject == airing.id, Entry.subject.in_(calls))
    is_approval = (Entry.subject == airing.bulletin) & (Entry.act == APPROVED)
    return list(session.scalars(select(Entry).where(is_of_it | is_approval).order_by(Entry.seq)))


def _told(texts: Iterable[str]) -> list[_Checkpoint]:
    """Return the checkpoints that receipts carry, as they claim: the reader of the file checks them."""
    found = []
    for text in texts:
        journal = json.loads(decoded(split_receipt(text)[1])).get("journal")
        if journal:
            found.append((int(journal["size"]), str(journal["root"])))
    return found


def _in_plans(plans: Iterable[str]) -> list[_Checkpoint]:
    claimed = (read_payload(text).get("journal") for text in plans)
    read = (JournalCheckpoint.model_validate(one, extra="ignore") for one in claimed if one)
    return [(one.size, one.root) for one in read]


def _others(session: Session, airing: Airing, nodes: list[NodeId], since: Entry) -> dict[NodeId, list[str]]:
    """Return receipts of these loudspeakers that carry a checkpoint, from the last entry on."""
    query = (
        select(StoredReceipt)
        .where(StoredReceipt.node.in_(nodes), StoredReceipt.airing != airing.id)
        .where(StoredReceipt.received_at >= since.at, StoredReceipt.sealed.is_not(None))
        .order_by(StoredReceipt.received_at)
        .limit(MOST_LOOKED_AT)
    )
    found: dict[NodeId, list[str]] = {}
    for row in session.scalars(query):
        text = unpack(row.sealed or b"", row.kid or "")
        if row.node not in found and any(size >= since.seq for size, _ in _told([text])):
            found[row.node] = [text]
        if len(found) == MOST_WITNESSES:
            break
    return found
