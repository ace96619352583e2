"""Named locks of one transaction: on PostgreSQL advisory, on SQLite the writer already holds everything."""

from enum import IntEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session


class Lock(IntEnum):
    """What at most one transaction may do at a time; the numbers are arbitrary but fixed."""

    JOURNAL = 0x10A_0001
    PUBLISHED = 0x10A_0002
    MIGRATIONS = 0x10A_0003


def hold(session: Session, lock: Lock) -> None:
    """Wait (bounded by the store's lock timeout) until this transaction alone holds the lock, to its end."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int(lock))))
