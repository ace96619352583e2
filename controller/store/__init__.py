"""The database: engine, rows' grain, migrations; the only place that knows which engine it is."""

from controller.store.engine import Store

__all__ = ["Store"]
