"""Reads of the journal."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.journal.chain import canonical, written
from controller.model.journal import Entry

_AT_ONCE = 1000
"""Rows fetched at a time while exporting: a journal of years does not fit into memory."""


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
