"""Writes of the journal: one entry for each act, in the transaction of the act."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.journal.chain import BEGINNING, base64url, hash_of, written
from controller.model.journal import Entry
from controller.model.permissions import Operator
from controller.store.engine import JOURNAL_SIGNER, JournalSigner
from controller.store.locks import Lock, hold

STATION = "station"
"""Who acts when no person does."""


def record(
    session: Session,
    by: Operator | None,
    act: str,
    subject: str,
    now: datetime,
    *,
    detail: dict[str, Any] | None = None,
) -> None:
    """Append what was done (`bulletin.approved`), to what, and by whom (None: the station itself).

    Call it at the end of a use case: on PostgreSQL it holds the journal's lock until the commit.
    """
    signer: JournalSigner | None = session.info.get(JOURNAL_SIGNER)
    if signer is None:
        raise RuntimeError("this store was opened without a key for the journal")
    hold(session, Lock.JOURNAL)
    last = session.execute(select(Entry.seq, Entry.hash).order_by(Entry.seq.desc()).limit(1)).one_or_none()
    fields: dict[str, Any] = {
        "seq": 1 if last is None else last.seq + 1,
        "at": written(now),
        "by": STATION if by is None else by.id,
        "act": act,
        "subject": subject,
        "detail": detail or {},
        "previous": BEGINNING if last is None else last.hash,
        "kid": signer.kid,
    }
    digest = hash_of(fields)
    signature = base64url(signer.sign(digest.encode()))
    session.add(Entry(**{**fields, "at": now}, hash=digest, signature=signature))
    session.flush()
