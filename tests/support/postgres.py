"""A temporary PostgreSQL for tests, shared by a whole run; controller/trial/postgres.py starts it."""

import functools

import pytest

from controller.store import Store
from controller.trial.postgres import binaries, running_postgres
from tests.support.parts import missing

_SETTINGS = (
    "max_connections=120",
    # the data need not survive a crash
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=1GB",
    "checkpoint_timeout=1h",
    # hundreds of small databases: neither autovacuum nor JIT compilation pays off
    "autovacuum=off",
    "jit=off",
)


@functools.cache
def _shared():
    """Return the one holder of this run's server: several folders' fixtures share it."""
    return {"users": 0, "context": None, "server": None}


@pytest.fixture(scope="session")
def postgres():
    """Return a running server, started when it is first asked for."""
    if binaries() is None:
        missing("PostgreSQL")
    shared = _shared()
    if shared["users"] == 0:
        shared["context"] = running_postgres(_SETTINGS)
        shared["server"] = shared["context"].__enter__()
    shared["users"] += 1
    yield shared["server"]
    shared["users"] -= 1
    if shared["users"] == 0:
        shared["context"].__exit__(None, None, None)


@functools.cache
def migrated(server):
    """Return the name of a database that the migrations made, for copies: to run them takes seconds."""
    store = Store(server.create())
    store.upgrade()
    store.close()
    return store.url.database
