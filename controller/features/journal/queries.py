"""Reads of the journal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.features.journal.chain import BEGINNING, canonical, written
from controller.model.journal import Entry
from controller.store import one_read
from devices.merkle import HASH_BYTES, MerkleTree, join, leaf_of, proof_by_subtrees

_AT_ONCE = 1000
"""Rows fetched at a time while exporting: a journal of years does not fit into memory."""
_LAST = select(Entry.seq, Entry.hash, Entry.peaks).order_by(Entry.seq.desc()).limit(1)
_ALL = select(Entry).order_by(Entry.seq).execution_options(yield_per=_AT_ONCE)


@dataclass(frozen=True, slots=True)
class JournalHead:
    """The end of the journal: the hash of its last entry, and the Merkle tree over all of them."""

    hash: str
    tree: MerkleTree


def head(session: Session) -> JournalHead:
    """Return the end of the journal; only after an upgrade, until the next entry, all hashes are read."""
    last = session.execute(_LAST).one_or_none()
    if last is None:
        return JournalHead(BEGINNING, MerkleTree())
    if last.peaks is not None:
        return JournalHead(last.hash, MerkleTree(last.seq, last.peaks))
    return JournalHead(last.hash, _grown(session, 0, last.seq))


@one_read
def count_entries(session: Session) -> int:
    """Return how many entries there are: they are numbered from 1, without a gap."""
    return session.scalar(select(func.max(Entry.seq))) or 0


def export(session: Session) -> Iterator[str]:
    """Yield the whole journal as JSON lines (without line ends), oldest first; `chain.verify` checks them."""
    for entry in session.scalars(_ALL):
        yield canonical(entry_fields(entry))


def entry_fields(entry: Entry) -> dict[str, Any]:
    """Return an entry in the form that is hashed and signed, with both."""
    return hashed_fields(entry) | {"hash": entry.hash, "signature": entry.signature}


def hashed_fields(entry: Entry) -> dict[str, Any]:
    """Return what the hash of an entry covers."""
    names = ("seq", "by", "act", "subject", "detail", "previous", "kid")
    return {name: getattr(entry, name) for name in names} | {"at": written(entry.at)}


def root_at(session: Session, size: int) -> str | None:
    """Return the root over the first entries, or None where the journal is shorter."""
    last = session.execute(select(Entry.peaks).where(Entry.seq == size)).one_or_none()
    if last is None:
        return None
    return (_grown(session, 0, size) if last.peaks is None else MerkleTree(size, last.peaks)).root()


def _grown(session: Session, first: int, end: int) -> MerkleTree:
    tree = MerkleTree()
    hashes = select(Entry.hash).where(Entry.seq > first, Entry.seq <= end).order_by(Entry.seq)
    for entry_hash in session.scalars(hashes):
        tree.append(leaf_of(entry_hash))
    return tree


def inclusion_of(session: Session, seq: int, size: int) -> list[str]:
    """Return the siblings from an entry up to the root over the first `size` entries, in hexadecimal.

    Roots of subtrees are read from the rows' peaks: some hundred rows of a journal of a million. Entries of a
    version without peaks are read one and all.
    """
    return [step.hex() for step in proof_by_subtrees(seq - 1, size, partial(_subtree, session))]


def _subtree(session: Session, first: int, height: int) -> bytes:
    end = first + (1 << height)
    if not height:
        return leaf_of(session.scalars(select(Entry.hash).where(Entry.seq == end)).one())
    peaks = session.scalars(select(Entry.peaks).where(Entry.seq == end)).one()
    if peaks is None:
        return bytes.fromhex(_grown(session, first, end).root())
    if not end % (2 << height):  # it is the right half of a larger subtree, whose root alone is kept
        half = height - 1
        return join(_subtree(session, first, half), _subtree(session, first + (1 << half), half))
    return peaks[-HASH_BYTES:]


def entries_of(session: Session, subject: str, limit: int = 100) -> Sequence[Entry]:
    """Return the entries about one object, newest first."""
    query = select(Entry).where(Entry.subject == subject).order_by(Entry.seq.desc()).limit(limit)
    return session.scalars(query).all()
