"""The database: engine, locks, migrations; the only package that distinguishes SQLite and PostgreSQL.

A `Session` is one transaction of the store. Reads and operations open it (`one_read`, `one_write`); pages,
JSON and commands hand them the store, or who asks the station, and open nothing.
"""

from sqlalchemy.orm import Session

from controller.store.engine import RACED, Store
from controller.store.units import Unit, once_a_snapshot, once_until_written, one_read, one_write

__all__ = [
    "RACED",
    "Session",
    "Store",
    "Unit",
    "once_a_snapshot",
    "once_until_written",
    "one_read",
    "one_write",
]
