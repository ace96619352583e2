"""Writes of the journal: one entry for each act, in the transaction of the act, last of all.

On PostgreSQL the journal's lock is held from its first new entry to the commit. Whoever locks rows after that
would wait for another who holds them and waits for the journal: so entries wait until the commit.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from controller.features.journal.chain import base64url, hash_of, written
from controller.features.journal.queries import JournalHead, head
from controller.model.journal import Entry
from controller.model.permissions import Operator
from controller.store.engine import JOURNAL_SIGNER, LAST_ACTS, JournalSigner
from controller.store.locks import Lock, hold
from devices.merkle import leaf_of

STATION = "station"
"""Who acts when no person does."""
_WAITING = "journal_entries"
"""Key of `session.info`: what waits to be written."""


class _Done(NamedTuple):
    """What an entry says, and the savepoint with which it is undone."""

    savepoint: SessionTransaction | None
    by: str
    act: str
    subject: str
    detail: dict[str, Any]
    at: datetime


def record(
    session: Session,
    by: Operator | None,
    act: str,
    subject: str,
    now: datetime,
    *,
    detail: dict[str, Any] | None = None,
) -> None:
    """Append what was done (`bulletin.approved`), to what, and by whom (None: the station itself)."""
    record_each(session, by, act, [(subject, detail or {})], now)


def record_each(
    session: Session,
    by: Operator | None,
    act: str,
    subjects: Iterable[tuple[str, dict[str, Any]]],
    now: datetime,
) -> None:
    """Append one entry for each subject of an act that was done to several; written at the commit."""
    if session.info.get(JOURNAL_SIGNER) is None:
        raise RuntimeError("this store was opened without a key for the journal")
    waiting: list[_Done] | None = session.info.get(_WAITING)
    if waiting is None:
        waiting = session.info[_WAITING] = []
        session.info[LAST_ACTS].append(_write_waiting)
        event.listen(session, "after_soft_rollback", _forget_undone)
    savepoint, who = session.get_nested_transaction(), STATION if by is None else by.id
    waiting.extend(_Done(savepoint, who, act, subject, detail, now) for subject, detail in subjects)


def head_with_this(session: Session) -> JournalHead:
    """Return the end of the journal with what this transaction has done; locks the journal if that is any.

    Not in a savepoint: what was done before it would be undone with it.
    """
    _write_waiting(session)
    return head(session)


def _forget_undone(session: Session, undone: SessionTransaction) -> None:
    waiting: list[_Done] = session.info[_WAITING]
    waiting[:] = [done for done in waiting if undone not in _around(done.savepoint)]


def _around(savepoint: SessionTransaction | None) -> Iterator[SessionTransaction]:
    while savepoint is not None:
        yield savepoint
        savepoint = savepoint.parent


def _write_waiting(session: Session) -> None:
    waiting: list[_Done] = session.info.get(_WAITING, [])
    if not waiting:
        return
    if session.in_nested_transaction():
        raise RuntimeError("the journal is not written in a savepoint")
    signer: JournalSigner = session.info[JOURNAL_SIGNER]
    hold(session, Lock.JOURNAL)
    last = head(session)
    previous, tree = last.hash, last.tree
    for done in waiting:
        fields: dict[str, Any] = {
            "seq": tree.size + 1,
            "at": written(done.at),
            "by": done.by,
            "act": done.act,
            "subject": done.subject,
            "detail": done.detail,
            "previous": previous,
            "kid": signer.kid,
        }
        previous = hash_of(fields)
        signature = base64url(signer.sign(previous.encode()))
        tree.append(leaf_of(previous))
        session.add(Entry(**{**fields, "at": done.at}, hash=previous, signature=signature, peaks=tree.peaks))
    waiting.clear()
    session.flush()
