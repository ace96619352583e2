"""Named locks of one transaction: advisory on PostgreSQL, nothing on SQLite, whose writer is alone anyway."""

from enum import IntEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.store.engine import READ_BETWEEN


class Lock(IntEnum):
    """Work that at most one transaction may do at a time; the numbers are arbitrary but fixed."""

    JOURNAL = 0x10A_0001
    PUBLISHED = 0x10A_0002
    MIGRATIONS = 0x10A_0003
    LEADING = 0x10A_0004
    """Shared by the transactions of the station that leads; see `station_lease`."""
    STATIONS = 0x10A_0005
    """Shared by every station, for as long as it is connected: so that who leads can count who stands by."""
    HEARD = 0x10A_0006
    """What nodes heard of airings: for who writes it from receipts, judges airings by it, or logs it, since
    receipts that are not committed yet would be overlooked for good. Taken before rows of airings are."""
    NODES = 0x10A_0007
    """People describe loudspeakers: ids are given, the codes that wait are counted, places are set."""


def hold(session: Session, lock: Lock) -> None:
    """Wait, at most the store's lock timeout, for the lock; the transaction holds it until its end."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int(lock))))
        session.info.get(READ_BETWEEN, {}).clear()  # who held the lock may have changed what was read before
