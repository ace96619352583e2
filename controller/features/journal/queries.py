"""Reads of the journal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.journal.chain import BEGINNING, canonical, written
from controller.model.journal import Entry
from devices.merkle import MerkleTree, leaf_of

_AT_ONCE = 1000
"""Rows fetched at a time while exporting: a journal of years does not fit into memory."""


@dataclass(frozen=True, slots=True)
class JournalHead:
    """The end of the journal: the hash of its last entry, and the Merkle tree over all of them."""

    hash: str
    tree: MerkleTree


def head(session: Session) -> JournalHead:
    """Return the end of the journal; only after an upgrade, until the next entry, all hashes are read."""
    query = select(Entry.seq, Entry.hash, Entry.peaks).order_by(Entry.seq.desc()).limit(1)
    last = session.execute(query).one_or_none()
    if last is None:
        return JournalHead(BEGINNING, MerkleTree())
    if last.peaks is not None:
        return JournalHead(last.hash, MerkleTree(last.seq, last.peaks))
    tree = MerkleTree()
    for entry_hash in session.scalars(select(Entry.hash).order_by(Entry.seq)):
        tree.append(leaf_of(entry_hash))
    return JournalHead(last.hash, tree)


def export(session: Session) -> Iterator[str]:
    """Yield the whole journal as JSON lines (without line ends), oldest first; `chain.verify` checks them."""
    for entry in session.scalars(select(Entry).order_by(Entry.seq).execution_options(yield_per=_AT_ONCE)):
        yield canonical(
            {
                "seq": entry.seq,
                "at": written(entry.at),
                "by": entry.by,
                "act": entry.act,
                "subject": entry.subject,
                "detail": entry.detail,
                "previous": entry.previous,
                "kid": entry.kid,
                "hash": entry.hash,
                "signature": entry.signature,
            }
        )


def entries_of(session: Session, subject: str, limit: int = 100) -> Sequence[Entry]:
    """Return the entries about one object, newest first."""
    query = select(Entry).where(Entry.subject == subject).order_by(Entry.seq.desc()).limit(limit)
    return session.scalars(query).all()
