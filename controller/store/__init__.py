"""The database: engine, locks, migrations; the only package that distinguishes SQLite and PostgreSQL."""

from controller.store.engine import Store

__all__ = ["Store"]
