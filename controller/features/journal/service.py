"""Writes of the journal: one entry for each act, in the transaction of the act."""

from collections.abc import Iterable
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
    record_each(session, by, act, [(subject, detail or {})], now)


def record_each(
    session: Session,
    by: Operator | None,
    act: str,
    subjects: Iterable[tuple[str, dict[str, Any]]],
    now: datetime,
) -> None:
    """Append one entry for each subject of an act that was done to several; see `record`."""
    signer: JournalSigner | None = session.info.get(JOURNAL_SIGNER)
    if signer is None:
        raise RuntimeError("this store was opened without a key for the journal")
    hold(session, Lock.JOURNAL)
    last = head(session)
    previous, tree = last.hash, last.tree
    for subject, detail in subjects:
        fields: dict[str, Any] = {
            "seq": tree.size + 1,
            "at": written(now),
            "by": STATION if by is None else by.id,
            "act": act,
            "subject": subject,
            "detail": detail,
            "previous": previous,
            "kid": signer.kid,
        }
        previous = hash_of(fields)
        signature = base64url(signer.sign(previous.encode()))
        tree.append(leaf_of(previous))
        session.add(Entry(**{**fields, "at": now}, hash=previous, signature=signature, peaks=tree.peaks))
    session.flush()
