"""Writes of the journal: one entry for each act, in the transaction of the act."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from controller.features.journal.chain import base64url, hash_of, written
from controller.features.journal.queries import head
from controller.model.journal import Entry
from controller.model.permissions import Operator
from controller.store.engine import JOURNAL_SIGNER, JournalSigner
from controller.store.locks import Lock, hold
from devices.merkle import leaf_of

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
    last = head(session)
    fields: dict[str, Any] = {
        "seq": last.tree.size + 1,
        "at": written(now),
        "by": STATION if by is None else by.id,
        "act": act,
        "subject": subject,
        "detail": detail or {},
        "previous": last.hash,
        "kid": signer.kid,
    }
    digest = hash_of(fields)
    signature = base64url(signer.sign(digest.encode()))
    last.tree.append(leaf_of(digest))
    session.add(Entry(**{**fields, "at": now}, hash=digest, signature=signature, peaks=last.tree.peaks))
    session.flush()
