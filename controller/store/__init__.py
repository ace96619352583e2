"""The database: engine, locks, migrations; the only package that distinguishes SQLite and PostgreSQL.

A `Session` is one transaction of the store. What shows pages or answers programs takes it from `Store.read`
or `Store.write` and hands it on to reads and operations; it calls nothing of it.
"""

from sqlalchemy.orm import Session

from controller.store.engine import Store

__all__ = ["Session", "Store"]
